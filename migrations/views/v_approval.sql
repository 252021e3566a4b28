-- One row per approval that was asked for: the request that needs it, the rules that require it, who
-- asked, and what was answered. `status` is waiting, given, refused or used; one that has waited, or was
-- not used, past `valid_until` has expired. `rules` are codes separated by `;`, `lines` is a JSON list.
CREATE VIEW v_approval AS
SELECT
    'APR-' || CASE
        WHEN approval.id < 10 THEN '000'
        WHEN approval.id < 100 THEN '00'
        WHEN approval.id < 1000 THEN '0'
        ELSE ''
    END || CAST(approval.id AS VARCHAR(20)) AS approval,
    approval.command AS command,
    approval."key" AS "key",
    approval.rules AS rules,
    approval.lines AS lines,
    coalesce(asking.database_user, asking.system_user) AS asked_by,
    CASE
        WHEN used.request_id IS NOT NULL THEN 'used'
        ELSE coalesce(answer.answer, 'waiting')
    END AS status,
    coalesce(answering.database_user, answering.system_user) AS answered_by,
    answer.reason AS reason,
    coalesce(answer.valid_until, approval.expires_on) AS valid_until,
    approval.request_id AS request_id,
    used.request_id AS used_by_request_id,
    approval.recorded_at AS recorded_at_us,
    answer.recorded_at AS answered_at_us
FROM approval
JOIN request AS asking ON asking.id = approval.request_id
LEFT JOIN approval_answer AS answer ON answer.approval_id = approval.id
LEFT JOIN request AS answering ON answering.id = answer.request_id
LEFT JOIN approval_use AS used ON used.approval_id = approval.id
