/* live.h: what the store has of people, at hand for every request.
 *
 * Who has nothing in the store costs a look-up in memory and no question to the database; of those
 * who have, the rows that were asked for last are kept. What was appended here, or by another
 * server on the same database, is in the next answer. */
#ifndef MATINEE_SERVICE_LIVE_H
#define MATINEE_SERVICE_LIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "store/feedback.h"

struct live;

/* A store as feedback_open has it. `films` is told, by a thread of the store's, that other programs
 * may have written about films, or (`counts`), at most once a second, that somebody has rated some
 * film. */
typedef void live_films(void *context, bool counts);
enum status live_open(struct live **out, const char *address, live_films *films, void *context,
                      struct error *error);
void live_close(struct live *live); /* NULL is fine */
struct feedback *live_store(struct live *live);
/* What is met on which device, told of every event. */
struct met_counts *live_met(struct live *live);

/* What the store has of a person; rows in the order of time, in the arena. */
struct live_person {
    bool is_erased; /* what models know of him is not to be used */
    size_t count;
    struct feedback_row *rows;
};
/* False: nothing. A database that cannot be asked is no error here: what is remembered counts. */
bool live_find(struct live *live, const char *id, struct arena *arena, struct live_person *person);
/* The same mark alone. Who was erased may be there again by what he did since. */
bool live_is_erased(struct live *live, const char *id);

/* As feedback_append, and seen by whoever asks afterwards. */
enum status live_append(struct live *live, const struct feedback_event *events, size_t count,
                        struct error *error);
/* The same without waiting, as feedback_append_later. */
void live_append_later(struct live *live, const struct feedback_event *events, size_t count,
                       struct arena *arena, feedback_done *done, void *context);
/* A person has been written about by other means than live_append. */
void live_changed(struct live *live, const char *id);
/* Anybody may have been, or have been erased. */
void live_reread(struct live *live);
enum status live_erase(struct live *live, const char *id, struct error *error);
/* Ends a session and forgets it; NULL: all whose time is over, at most once a minute. */
enum status live_end_session(struct live *live, const char *id, struct error *error);
/* Everybody of whom there is something, in no order. */
size_t live_people(struct live *live, struct arena *arena, const char *const **ids);

#endif
