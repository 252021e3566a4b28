"""What every command shares: parsing, options, settings, sessions, output and error output.

Commands and views import it; it imports no command and no view. Start with `app` and `command`.
"""
