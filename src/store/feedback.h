/* feedback.h: what people do, durable before anybody is told so: events, the ratings that follow
 * from them, people, sessions, films that were added, the library. Over SQLite or PostgreSQL.
 *
 * An event is written once and never changed; `ratings` holds what counts now for a person and a
 * film, and is written in the same transaction. One thread writes: what many callers want at the
 * same time goes to the disk in one commit, after which each is answered.
 *
 * People and films are named by their outside ids: models come and go. A session is a person whose
 * id begins with FEEDBACK_SESSION. All functions may be called from many threads. STATUS_IO is the
 * database's: full, read-only, gone. Nothing of the call has then happened, and a later one may
 * succeed. */
#ifndef MATINEE_STORE_FEEDBACK_H
#define MATINEE_STORE_FEEDBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "store/sql.h"

#define FEEDBACK_SESSION "session:"
#define FEEDBACK_ID_MAX 256 /* bytes of an id of a person or film */

struct feedback;

/* `address`: the path of an SQLite file, "none" for memory alone, or postgresql://... Brings an
 * older schema to the present one. Errors: cannot be opened or made, made by a newer program. */
enum status feedback_open(struct feedback **out, const char *address, struct error *error);
/* Waits for what is being written. NULL is fine. */
void feedback_close(struct feedback *feedback);
/* The address as it may be shown: without a password. */
const char *feedback_name(const struct feedback *feedback);
/* The file in the user's data folder, or what $MATINEE_PEOPLE says. */
const char *feedback_default(struct arena *arena);

enum feedback_kind {
    FEEDBACK_RATING,     /* a value */
    FEEDBACK_LIKE,       /* as good as the best rating */
    FEEDBACK_DISLIKE,    /* as bad as the worst */
    FEEDBACK_VIEW,       /* saw it: no value */
    FEEDBACK_CLICK,      /* looked at it */
    FEEDBACK_REMOVE,     /* takes back whatever was known of person and film */
    FEEDBACK_IMPRESSION, /* was shown it: says nothing of the film */
    FEEDBACK_KINDS
};
const char *feedback_kind_name(enum feedback_kind kind); /* "rating" */
bool feedback_kind_find(enum feedback_kind *kind, const char *name);

/* Texts are borrowed for the call; those that there are not are NULL. */
struct feedback_event {
    const char *person, *item;
    enum feedback_kind kind;
    double value; /* NaN: none */
    int64_t time; /* seconds since 1970 */
    const char *device;
    int64_t hour;        /* of the day where the person is; -1: not said */
    const char *context; /* a JSON object */
    const char *said;    /* what the sender calls such an event; NULL: as the kind is called */
};
struct feedback_events {
    const struct feedback_event *list;
    size_t count;
};
/* All of them or none. What is said later of a film replaces what was said before, but a view never
 * a rating; clicks and impressions say nothing that counts. */
enum status feedback_append(struct feedback *feedback, const struct feedback_event *events,
                            size_t count, struct error *error);

/* Called once by the writer's thread: it must be quick, and may not write itself. */
typedef void feedback_done(void *context, enum status status, const struct error *error);
/* The same without waiting; the events and the arena live until `done` is called. */
void feedback_append_later(struct feedback *feedback, const struct feedback_event *events,
                           size_t count, struct arena *arena, feedback_done *done, void *context);

/* What counts now for a person, in the order of time. */
struct feedback_row {
    const char *item;
    enum feedback_kind kind; /* a rating, like, dislike, view or remove */
    double value;            /* NaN: none */
    int64_t time;
};
enum status feedback_rows(struct feedback *feedback, const char *person, struct arena *arena,
                          struct feedback_row **rows, size_t *count, struct error *error);

/* Everybody of whom there is anything, and those who were erased; false ends it. */
typedef bool feedback_visit(void *context, const char *person, bool is_erased);
enum status feedback_people(struct feedback *feedback, feedback_visit *visit, void *context,
                            struct error *error);

/* What somebody said of himself: one JSON object; NULL: nothing. */
enum status feedback_set_labels(struct feedback *feedback, const char *person, const char *labels,
                                struct error *error);
enum status feedback_labels(struct feedback *feedback, const char *person, struct arena *arena,
                            const char **labels, struct error *error);
/* Whether there is anything of a person, a mark of his erasure too. */
enum status feedback_is_known(struct feedback *feedback, const char *person, bool *is_known,
                              struct error *error);
/* Takes out everything of a person. The id alone stays, as a mark that what models learnt before is
 * not to be used. A copy made by backup or export keeps what it holds. */
enum status feedback_erase(struct feedback *feedback, const char *person, struct error *error);

/* An anonymous session: FEEDBACK_SESSION and 32 hexadecimal digits. */
struct feedback_session {
    const char *id;
    int64_t created, expires; /* seconds since 1970 */
};
enum status feedback_session_begin(struct feedback *feedback, int64_t seconds, struct arena *arena,
                                   struct feedback_session *session, struct error *error);
/* Error (STATUS_NOT_FOUND): there is none, or it has ended. */
enum status feedback_session_find(struct feedback *feedback, const char *id, struct arena *arena,
                                  struct feedback_session *session, struct error *error);
/* Ends one and forgets its events. */
enum status feedback_session_end(struct feedback *feedback, const char *id, struct error *error);
/* Those whose time is over. */
enum status feedback_sessions_over(struct feedback *feedback, feedback_visit *visit, void *context,
                                   struct error *error);

/* A film that was added or edited; genres separated by '|'. */
struct feedback_item {
    const char *id, *title, *genres;
    int64_t year;      /* 0: unknown */
    const char *facts; /* a JSON object of what else was said of it; NULL: nothing */
};
/* All of them or none. */
enum status feedback_set_items(struct feedback *feedback, const struct feedback_item *items,
                               size_t count, struct error *error);
/* Whether it was there. */
enum status feedback_remove_item(struct feedback *feedback, const char *id, bool *was_there,
                                 struct error *error);
typedef bool feedback_visit_item(void *context, const struct feedback_item *item);
enum status feedback_items(struct feedback *feedback, feedback_visit_item *visit, void *context,
                           struct error *error);
/* The same of those whose ids come after `after`, at most `limit`; or of one. */
enum status feedback_items_after(struct feedback *feedback, const char *after, size_t limit,
                                 feedback_visit_item *visit, void *context, struct error *error);
enum status feedback_item_find(struct feedback *feedback, const char *id,
                               feedback_visit_item *visit, void *context, struct error *error);
/* What people say of a film now; sessions are nobody. */
struct feedback_item_counts {
    int64_t rated, liked, disliked, viewed; /* people */
    double sum;                             /* of the values of those who rated it */
};
enum status feedback_item_count(struct feedback *feedback, const char *id,
                                struct feedback_item_counts *counts, struct error *error);
/* Films that the household has. `replace`: these and no others. */
enum status feedback_set_library(struct feedback *feedback, const char *const *items, size_t count,
                                 bool replace, struct error *error);
enum status feedback_library(struct feedback *feedback, feedback_visit *visit, void *context,
                             struct error *error);

/* Events that stand: not taken back since, nor said again by the same name of the same film. Of
 * `person` (NULL: everybody but sessions), in the order of coming, from behind number `after`. */
struct feedback_standing {
    int64_t number;
    struct feedback_event event; /* without device and hour */
};
typedef bool feedback_visit_standing(void *context, const struct feedback_standing *standing);
struct feedback_search {
    const char *person, *item, *said; /* NULL: any */
    int64_t after;
    size_t limit;
};
enum status feedback_stands(struct feedback *feedback, const struct feedback_search *search,
                            feedback_visit_standing *visit, void *context, struct error *error);
/* People with what they said of themselves, whose ids come after `after`, at most `limit`. */
typedef bool feedback_visit_person(void *context, const char *id, const char *labels);
enum status feedback_people_after(struct feedback *feedback, const char *after, size_t limit,
                                  feedback_visit_person *visit, void *context, struct error *error);
/* One of them; nobody is visited if he is not there. */
enum status feedback_person_find(struct feedback *feedback, const char *id,
                                 feedback_visit_person *visit, void *context, struct error *error);

struct feedback_counts {
    int64_t people, ratings, events, sessions, library, erased;
    int64_t newest;          /* time of the newest event; 0: none */
    int64_t writes, commits; /* of this process: calls that were written, and in how many commits */
};
enum status feedback_count(struct feedback *feedback, struct feedback_counts *counts,
                           struct error *error);

/* The lines of an export: each one JSON object as text; false ends it. `what`: "all", "people",
 * "ratings", "events", "items", "library", "erased"; `person` NULL: of everybody. */
typedef bool feedback_line(void *context, const char *line, size_t length);
enum status feedback_export(struct feedback *feedback, const char *what, const char *person,
                            feedback_line *line, void *context, struct error *error);
/* One part of it as CSV: a line with the names of the columns, then the rows. */
enum status feedback_export_table(struct feedback *feedback, const char *what, feedback_line *line,
                                  void *context, struct error *error);
/* One line of an export on its way back. */
struct feedback_imported {
    const char *text; /* a JSON object, not terminated */
    size_t length;
    const char *fault;                /* out: why it was left out; NULL: it was not */
    char person[FEEDBACK_ID_MAX + 1]; /* out: whom it is about; "": nobody */
};
/* Writes lines as feedback_export makes them; those with a fault are left out. A line that was
 * there already changes nothing, but for events, which are then there twice. */
enum status feedback_import(struct feedback *feedback, struct feedback_imported *lines,
                            size_t count, struct error *error);
/* The name of a part of an export; NULL after the last. */
const char *feedback_export_part(size_t index);
/* A copy of a store in a file, made while it is written to: itself a store to serve from. */
enum status feedback_backup(struct feedback *feedback, const char *path, struct error *error);

/* Told by a thread of its own of what other programs write to the same database, and of the time.
 */
enum status feedback_listen(struct feedback *feedback, sql_heard *heard, void *context,
                            struct error *error);

#endif
