/* snapshot.h: a model ready to answer, with its catalogue, histories and what is derived from them.
 *
 * Immutable and reference-counted: the service holds one reference, each request another; whoever
 * gives back the last one frees it. */
#ifndef MATINEE_SERVICE_SNAPSHOT_H
#define MATINEE_SERVICE_SNAPSHOT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "ann/ann.h"
#include "base/settings.h"
#include "dataset/dataset.h"
#include "models/model.h"
#include "rank/filter.h"
#include "service/service.h"

/* What a snapshot is made of; borrowed until release(owner), which frees it (NULL: nobody does). */
struct snapshot_source {
    const struct model *model;
    const struct dataset *catalogue; /* as many users and items as the model */
    const struct settings *settings; /* NULL: none to show */
    const char *metrics;             /* a JSON object; NULL: "{}" */
    const char *measured_by;         /* as model_file.h has it */
    void (*release)(void *owner);
    void *owner;
};

/* What wishes in words need of a snapshot: made when somebody first asks. */
struct word_index;
struct word_slot {
    pthread_mutex_t mutex; /* of making it */
    struct word_index *_Atomic index;
    atomic_bool is_preparing; /* somebody makes it in the background */
};
struct service_titles;
struct film_memo;
struct film_hues;
struct service_orders;
struct service_hours;
struct service_atlas;
struct snapshot_edits;
struct film_index;

struct snapshot {
    atomic_uint references;
    struct arena arena;
    struct snapshot_source source;
    const struct model *model;
    const struct dataset *catalogue;
    struct snapshot *origin; /* as it was loaded: itself, or of one that is edited another, kept */
    struct snapshot_edits *edited; /* owned: snapshot_edited.c; NULL: nothing is */
    const char *name;              /* set when it is adopted */
    double since;                  /* that instant, in seconds since 1970 */
    const char *path;              /* of its model file; NULL: it came from none */
    const uint64_t *genres;        /* [item_count] bit sets */
    const uint32_t *counts;        /* [item_count] people who have the item */
    uint32_t count_max;
    struct filter_items items;   /* what filters look at, of each film */
    struct service_atlas *atlas; /* owned: service_map.c */
    struct service_hours *hours; /* owned by the origin: service_hours.c */
    double rating_mean;          /* of all ratings; 0: there are none */
    struct film_index *people;   /* owned by the origin: film_people.c */
    const float *damped;  /* [item_count] mean rating, drawn to the mean of all; 0: no ratings */
    const float *fame;    /* [item_count] log(1 + count) / log(1 + greatest count), 0 ... 1 */
    uint64_t serial;      /* of this snapshot alone, for cursors */
    const float *vectors; /* [item_count][dimension] or NULL */
    size_t dimension;
    enum vector_metric metric;
    struct word_slot *words;
    struct ann_index *index;       /* owned by the origin; NULL: all films are scanned */
    const float *lengths;          /* [item_count] of the vectors */
    struct service_titles *titles; /* owned: service_titles.c */
    struct film_memo *memo;        /* owned: film_memo.c */
    struct film_hues *hues;        /* owned by the origin: film_hues.c */
    struct service_orders *orders; /* owned: service_browse.c */
};

/* With one reference, the caller's. Errors: the model and the catalogue are not of one size. On
 * failure `source` stays with the caller. */
enum status snapshot_create(struct snapshot **out, const struct snapshot_source *source,
                            struct error *error);
/* Its references, and what is made for it when somebody first asks. */
void snapshot_begin(struct snapshot *snapshot);
void snapshot_keep(struct snapshot *snapshot);    /* one more reference */
void snapshot_release(struct snapshot *snapshot); /* one less; NULL is fine */
/* Whether a film is in no list. */
bool snapshot_hides(const struct snapshot *snapshot, uint32_t item);

/* From a model file, with the index beside it. Errors: model_file_open's; as above. */
enum status snapshot_open(struct snapshot **out, const char *path, struct error *error);

/* Serves it under a name; takes the caller's reference, also on failure. As service_load does for
 * what it has read from a file. */
enum status service_adopt(struct service *service, struct snapshot *snapshot, const char *name,
                          struct error *error);

#endif
