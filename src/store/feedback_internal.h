/* feedback_internal.h: what the parts of feedback.h share. */
#ifndef MATINEE_STORE_FEEDBACK_INTERNAL_H
#define MATINEE_STORE_FEEDBACK_INTERNAL_H

#include "store/feedback.h"

/* Written with what others want at the same moment; on the disk when it returns. All or none. */
enum status feedback_write(struct feedback *feedback, const struct sql_statement *statements,
                           size_t count, struct error *error);
/* The same without waiting: `statements` and `arena` live until `done` is called. */
void feedback_write_later(struct feedback *feedback, const struct sql_statement *statements,
                          size_t count, struct arena *arena, feedback_done *done, void *context);
/* An answer, from a connection of its own. */
enum status feedback_ask(struct feedback *feedback, const struct sql_statement *statement,
                         sql_row *row, void *context, struct error *error);
/* The same for answers that may take long: it keeps nobody else waiting. */
enum status feedback_ask_long(struct feedback *feedback, const struct sql_statement *statement,
                              sql_row *row, void *context, struct error *error);
/* The statement that tells other programs of a person, or of films (person ""); NULL text: there
 * are none. */
struct sql_statement feedback_tell(const struct feedback *feedback, enum sql_news news,
                                   const char *person, struct arena *arena);
/* After deletions, as far as that can be done now: what is left goes with the log's next round. */
void feedback_scrub(struct feedback *feedback);
/* Brings the schema of an open connection up. */
enum status feedback_schema(struct sql *sql, const char *name, struct error *error);

/* One statement of N values, as an initialiser. */
#define FEEDBACK_STATEMENT(sql, array)                                                             \
    { .text = (sql), .values = (array), .count = sizeof(array) / sizeof *(array) }

#endif
