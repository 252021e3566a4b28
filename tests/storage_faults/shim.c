/* Preloaded into a process: makes its storage fail for the files of one folder.

   Every call that changes a file of the folder is recorded in a journal: what was written where,
   what was synced, which names were made and removed. At a chosen call the storage fails as it was
   asked to: with an error, with a short write, or with a power cut, which ends the process. From
   the journal a test then makes the files that a disk could hold (see disk.py).

   The shared memory of SQLite (`-shm`) is passed over: nothing of it outlives a power cut. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define FILES 4096
#define POWER_CUT 99 /* the exit code of a process whose power was cut */

enum kind { NOTHING, CUT_BEFORE, CUT_AFTER, ERROR_IO, ERROR_FULL, SHORT, SHORT_THEN_FULL };

enum call { WRITE = 1, SYNC = 2, TRUNCATE = 4, CREATE = 8, UNLINK = 16, READ = 32 };

struct record {
    char what;
    char padding[7];
    uint64_t inode, offset, length;
};

static const char *folder;
static size_t folder_length;
static uint64_t inodes[FILES]; /* of open files of the folder; 0: of no interest */
static char is_folder[FILES];

static int armed, journal = -1;
static enum kind kind;
static int mask;
static long first, count, seen, failed;

#define NEXT(name) \
    static __typeof__(name) *next; \
    if (!next) next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void)
{
    folder = getenv("STORAGE_FAULTS_FOLDER");
    folder_length = folder ? strlen(folder) : 0;
}

/* The calls `from` .. `from + calls - 1` of the kinds in `calls_mask` fail from now on. */
int storage_faults_arm(int how, int calls_mask, long from, long calls, const char *path)
{
    kind = how;
    mask = calls_mask;
    first = from;
    count = calls;
    seen = failed = 0;
    journal = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    armed = journal >= 0;
    return armed;
}

long storage_faults_seen(void) { return seen; }
long storage_faults_failed(void) { return failed; }

static int concerns(const char *path)
{
    size_t length;
    if (!folder_length || strncmp(path, folder, folder_length)) return 0;
    if (path[folder_length] != '/' && path[folder_length]) return 0;
    length = strlen(path);
    return length < 4 || strcmp(path + length - 4, "-shm");
}

static void enter(char what, uint64_t inode, uint64_t offset, const void *data, uint64_t length)
{
    struct record head = {what, {0}, inode, offset, length};
    const char *from = data;
    if (!armed) return;
    if (syscall(SYS_write, journal, &head, sizeof head) != sizeof head) abort();
    while (from && length) {
        long done = syscall(SYS_write, journal, from, length);
        if (done <= 0) abort();
        from += done;
        length -= done;
    }
}

static int is_due(enum call which)
{
    if (!armed || !(mask & which)) return 0;
    seen++;
    if (seen < first || seen >= first + count) return 0;
    failed++;
    return 1;
}

/* Tell how a call fails: 0, it does not; -1, with errno; 1, the power is cut once it is done. */
static int fails(enum call which)
{
    if (!is_due(which)) return 0;
    switch (kind) {
    case CUT_BEFORE: _exit(POWER_CUT);
    case CUT_AFTER: return 1;
    case ERROR_IO: errno = EIO; return -1;
    case ERROR_FULL: errno = ENOSPC; return -1;
    default: return 0;
    }
}

static int watched(int file) { return armed && file >= 0 && file < FILES && inodes[file]; }

static int opened(int file, const char *path, int is_new)
{
    struct stat about;
    if (file < 0 || file >= FILES) return file;
    inodes[file] = 0;
    if (!concerns(path) || fstat(file, &about)) return file;
    inodes[file] = about.st_ino;
    is_folder[file] = S_ISDIR(about.st_mode);
    if (!is_folder[file]) enter(is_new ? 'C' : 'O', about.st_ino, 0, path, strlen(path));
    return file;
}

#define OPEN(call, declared, passed, at) \
    mode_t mode = 0; \
    int file, is_new = 0, fault = 0; \
    NEXT(call); \
    if (flags & (O_CREAT | __O_TMPFILE)) { \
        va_list more; \
        va_start(more, flags); \
        mode = va_arg(more, mode_t); \
        va_end(more); \
    } \
    if (armed && concerns(path)) { \
        is_new = (flags & O_CREAT) && syscall(SYS_faccessat, at, path, F_OK); \
        if (is_new && (fault = fails(CREATE)) < 0) return -1; \
    } \
    file = opened(next passed, path, is_new); \
    if (fault) _exit(POWER_CUT); \
    return file;

int open(const char *path, int flags, ...) { OPEN(open, , (path, flags, mode), AT_FDCWD) }
int open64(const char *path, int flags, ...) { OPEN(open64, , (path, flags, mode), AT_FDCWD) }
int openat(int at, const char *path, int flags, ...)
{ OPEN(openat, , (at, path, flags, mode), at) }
int openat64(int at, const char *path, int flags, ...)
{ OPEN(openat64, , (at, path, flags, mode), at) }

int close(int file)
{
    NEXT(close);
    if (file >= 0 && file < FILES) inodes[file] = 0;
    return next(file);
}

static ssize_t put(int file, const void *data, size_t length, off64_t offset)
{
    long done;
    int fault = 0, is_short;
    if (watched(file)) {
        if (kind == SHORT || kind == SHORT_THEN_FULL) {
            is_short = is_due(WRITE);
            if (is_short && kind == SHORT_THEN_FULL && failed > 1) {
                errno = ENOSPC;
                return -1;
            }
            if (is_short) length = length > 1 ? length / 2 : length;
        } else if ((fault = fails(WRITE)) < 0) {
            return -1;
        }
    }
    done = syscall(SYS_pwrite64, file, data, length, offset);
    if (done > 0 && watched(file)) enter('W', inodes[file], offset, data, done);
    if (fault) _exit(POWER_CUT);
    return done;
}

ssize_t pwrite64(int file, const void *data, size_t length, off64_t offset)
{ return put(file, data, length, offset); }

ssize_t pwrite(int file, const void *data, size_t length, off_t offset)
{ return put(file, data, length, offset); }

ssize_t write(int file, const void *data, size_t length)
{
    off64_t offset;
    ssize_t done;
    if (!watched(file)) return syscall(SYS_write, file, data, length);
    offset = lseek64(file, 0, SEEK_CUR);
    done = put(file, data, length, offset);
    if (done > 0) lseek64(file, offset + done, SEEK_SET);
    return done;
}

ssize_t pread64(int file, void *data, size_t length, off64_t offset)
{
    if (watched(file) && fails(READ) < 0) return -1;
    return syscall(SYS_pread64, file, data, length, offset);
}

static int cut(int file, off64_t length)
{
    int fault = 0;
    long done;
    if (watched(file) && (fault = fails(TRUNCATE)) < 0) return -1;
    done = syscall(SYS_ftruncate, file, length);
    if (!done && watched(file)) enter('T', inodes[file], length, 0, 0);
    if (fault) _exit(POWER_CUT);
    return done;
}

int ftruncate(int file, off_t length) { return cut(file, length); }
int ftruncate64(int file, off64_t length) { return cut(file, length); }

static int synced(int file)
{
    int fault = 0;
    if (!watched(file)) return syscall(SYS_fsync, file);
    if ((fault = fails(SYNC)) < 0) return -1;
    enter(is_folder[file] ? 'D' : 'S', inodes[file], 0, 0, 0);
    if (fault) _exit(POWER_CUT);
    return 0; /* the journal is what is synced here; the disk itself need not be */
}

int fsync(int file) { return synced(file); }
int fdatasync(int file) { return synced(file); }

int unlink(const char *path)
{
    int fault = 0, done;
    NEXT(unlink);
    if (armed && concerns(path) && (fault = fails(UNLINK)) < 0) return -1;
    done = next(path);
    if (!done && armed && concerns(path)) enter('U', 0, 0, path, strlen(path));
    if (fault) _exit(POWER_CUT);
    return done;
}

int rename(const char *from, const char *to)
{
    struct stat about;
    int fault = 0, done;
    NEXT(rename);
    if (!armed || !concerns(to)) return next(from, to);
    if ((fault = fails(CREATE)) < 0) return -1;
    done = next(from, to);
    if (!done && !stat(to, &about)) {
        enter('R', about.st_ino, 0, to, strlen(to));
        if (concerns(from)) enter('U', 0, 0, from, strlen(from));
    }
    if (fault) _exit(POWER_CUT);
    return done;
}
