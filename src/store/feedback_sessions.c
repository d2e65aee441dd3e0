/* feedback_sessions.c: anonymous sessions. See feedback.h. Checked by tests/store/test_feedback.c.
 */
#include <sys/random.h>

#include "base/digest.h"
#include "base/wall_clock.h"
#include "store/feedback_internal.h"

#define ID_BYTES 16

static int64_t now(void) { return (int64_t)wall_clock_seconds(); }

enum status feedback_session_begin(struct feedback *feedback, int64_t seconds, struct arena *arena,
                                   struct feedback_session *session, struct error *error) {
    uint8_t bytes[ID_BYTES];
    char text[2 * ID_BYTES + 1];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return error_set(error, STATUS_IO, "the system gives no random bytes for a session");
    digest_text(bytes, sizeof bytes, text);
    const int64_t created = now();
    *session = (struct feedback_session){.id = arena_format(arena, FEEDBACK_SESSION "%s", text),
                                         .created = created,
                                         .expires = created + seconds};
    const struct sql_value values[] = {sql_text(session->id), sql_integer(session->created),
                                       sql_integer(session->expires)};
    const struct sql_statement statement = FEEDBACK_STATEMENT(
        "INSERT INTO sessions (id, created, expires) VALUES ($1, $2, $3)", values);
    return feedback_write(feedback, &statement, 1, error);
}

static bool take_session(void *context, const struct sql_value *columns, size_t count) {
    struct feedback_session *session = context;
    (void)count;
    session->created = columns[0].integer;
    session->expires = columns[1].integer;
    return false;
}

enum status feedback_session_find(struct feedback *feedback, const char *id, struct arena *arena,
                                  struct feedback_session *session, struct error *error) {
    const struct sql_value values[] = {sql_text(id)};
    const struct sql_statement statement =
        FEEDBACK_STATEMENT("SELECT created, expires FROM sessions WHERE id = $1", values);
    *session = (struct feedback_session){.id = arena_copy(arena, id)};
    TRY(feedback_ask(feedback, &statement, take_session, session, error));
    if (session->expires > now())
        return STATUS_OK;
    return error_set(error, STATUS_NOT_FOUND,
                     "there is no such session, or its time is over; POST /api/sessions begins "
                     "one");
}

enum status feedback_session_end(struct feedback *feedback, const char *id, struct error *error) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const struct sql_value values[] = {sql_text(id)};
    const struct sql_statement statements[] = {
        FEEDBACK_STATEMENT("DELETE FROM events WHERE person = $1", values),
        FEEDBACK_STATEMENT("DELETE FROM ratings WHERE person = $1", values),
        FEEDBACK_STATEMENT("DELETE FROM sessions WHERE id = $1", values),
        feedback_tell(feedback, SQL_NEWS_PERSON, id, scratch)};
    const enum status status =
        feedback_write(feedback, statements, 3 + (statements[3].text != NULL), error);
    arena_reset(scratch, mark);
    return status;
}

struct visiting {
    feedback_visit *visit;
    void *context;
};

static bool visit_session(void *context, const struct sql_value *columns, size_t count) {
    const struct visiting *visiting = context;
    (void)count;
    return visiting->visit(visiting->context, columns[0].text, false);
}

enum status feedback_sessions_over(struct feedback *feedback, feedback_visit *visit, void *context,
                                   struct error *error) {
    const struct sql_value values[] = {sql_integer(now())};
    const struct sql_statement statement =
        FEEDBACK_STATEMENT("SELECT id FROM sessions WHERE expires <= $1", values);
    struct visiting visiting = {visit, context};
    return feedback_ask(feedback, &statement, visit_session, &visiting, error);
}
