/* service.h: the only door to the engine for those who answer people: recommend, similar, facts.
 *
 * What is served is one reference-counted snapshot per model: a request takes it once
 * (service_acquire), its last user frees it, a newer one replaces it (service_load with the same
 * name). All functions may be called from many threads. */
#ifndef MATINEE_SERVICE_SERVICE_H
#define MATINEE_SERVICE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "dataset/dataset.h"
#include "rank/diversity.h"
#include "rank/filter.h"
#include "rank/group.h"

struct service;
struct snapshot; /* a loaded model with its catalogue and histories */

enum status service_create(struct service **out, struct error *error);
void service_destroy(struct service *service);

/* Opens a model file and serves it under `name` (NULL: the model's own name, "-2" appended if
 * taken). The first one loaded is the default. */
enum status service_load(struct service *service, const char *path, const char *name,
                         struct error *error);
enum status service_set_default(struct service *service, const char *name, struct error *error);
size_t service_model_count(struct service *service);

/* Opens the store of what people do (store/feedback.h has the addresses), once and before anybody
 * asks. Without it the models' people are all there are, and nothing is taken down. */
enum status service_open_store(struct service *service, const char *address, struct error *error);

/* The snapshot served under a name (NULL: the default); give it back with service_release. Errors:
 * unknown model (names the nearest), none loaded. */
enum status service_acquire(struct service *service, const char *name, struct snapshot **out,
                            struct error *error);
void service_release(struct snapshot *snapshot);
/* Ids, films, and as `interactions` the histories. */
const struct dataset *service_catalogue(const struct snapshot *snapshot);
/* The same as the model was loaded with it: films that were added come behind its own. */
const struct dataset *service_known_catalogue(const struct snapshot *snapshot);
const char *service_name(const struct snapshot *snapshot); /* the name it is served under */
/* Whether a film is in no list. */
bool service_is_hidden(const struct snapshot *snapshot, uint32_t item);
/* What filters look at, of each film. */
const struct filter_items *service_items(const struct snapshot *snapshot);

/* One served model, for /api/models. Strings live as long as the snapshot that was acquired for it
 * or `arena`. */
struct service_model {
    const char *name, *model, *family, *summary, *data_name, *metrics; /* metrics: a JSON object */
    const char *measured_by; /* on what, where it is not the split of the settings; NULL: that */
    const struct settings *settings;
    double since; /* it is served, in seconds since 1970 */
    bool is_default;
};
/* In the order of loading. */
size_t service_models(struct service *service, struct service_model **list, struct arena *arena);

/* Makes an index (ann/ann.h) of a model's film vectors, as settings ann.* say, and saves it beside
 * the model file as FILE.ann, where service_load finds it. Errors: a model without vectors, a kind
 * of index that this build does not have. */
struct service_index {
    const char *path, *type, *model;
    size_t items;
    double seconds;    /* of building */
    double recall;     /* share of people's exact k nearest that it finds */
    size_t queries, k; /* that recall was measured with */
};
enum status service_index_build(const char *model_file, const struct settings *settings,
                                struct arena *arena, struct service_index *report,
                                struct error *error);

struct rated_item {
    uint32_t item;
    float rating;
};

struct service_person; /* service_person.h */

/* Where and when somebody asks. */
struct recommend_context {
    bool is_given;
    int hour;           /* of the day in UTC, 0 ... 23; -1: not said */
    const char *device; /* "tv"; NULL: not said */
    const float *met;   /* [items] how often each film was watched so, of late; NULL: not known */
};

struct recommend_request {
    const struct service_person *people; /* [person_count] whom it is for; 0: nobody known; several:
                                            one list for all, without what any of them has seen */
    size_t person_count;
    const struct rated_item *ratings; /* a bare history, for person_count == 0 */
    size_t rating_count;
    const float *genre_preference; /* [genre_count], 1..5, 0 = not said; or NULL */
    uint64_t genres;               /* wanted genres, any of them; 0: no wish */
    bool strict;                   /* only wanted genres; else +0.20 where one matches */
    struct filter filter;          /* what may be listed at all */
    struct filter_set demoted; /* films that come later than their score says, as by a soft wish */
    enum group_rule group;     /* how several people's scores become one */
    size_t offset;             /* so many films come before the first that is asked for */
    size_t top_k;              /* 1 ... SERVICE_TOP_K_MAX */
    double diversity;          /* 0 ... 1 */
    enum diversity_method diversity_method;
    struct recommend_context context;
    bool by_tier; /* of whom little is known, popularity has a say: service_tier.c */
    bool explain;
};

/* Whether somebody may have rated a film so. Errors (STATUS_BAD_INPUT): above the best rating of
 * the data or below 0, for data that have ratings; else a rating counts for nothing and may be any
 * number. */
enum status service_check_rating(const struct dataset *catalogue, double rating,
                                 struct error *error);

#define SERVICE_TOP_K_MAX 1000
#define SERVICE_REASONS_MAX 3
#define SERVICE_PEOPLE_MAX 20 /* in one list */

/* What else can be said of a film to a person, for programs ("genre", "new_genre", "popularity")
 * and in words. */
struct film_remark {
    const char *kind, *text;
};
/* What a part of a model that is made of others adds to a film's raw score. */
struct film_part {
    const char *name;
    float amount;
    float share; /* of what the parts add, 0 ... 1 */
};

struct recommendation {
    uint32_t item;
    float score;     /* what people are shown; see below */
    float raw_score; /* the model's own; for popularity how many people have the film */
    struct {         /* past films that speak most for it, largest share first; for explain */
        uint32_t item;
        float share; /* of the whole, 0..1 */
    } reasons[SERVICE_REASONS_MAX];
    size_t reason_count;
    const char *why; /* one sentence: "because you liked Heat (1995) and ..."; lives in the arena */
    const float *people; /* [person_count] the score shown to each of several; else NULL */
    const struct film_remark *notes;
    size_t note_count;
    const struct film_part *parts;
    size_t part_count;
};

/* The score that is shown:
 *   a model that predicts ratings   the rating
 *   any other                       sigmoid(raw_score)
 *   popularity                      share of the most popular film's people, 0..1
 *   soft genres                     on 0 ... 1, and 0.20 more where a wanted genre matches: sigmoid
 *                                   of log-odds, a predicted rating as a part of the scale of
 *                                   ratings, other models' scores min-max mapped over the allowed
 *                                   films
 *   few ratings                     min-max mapped, with popularity's say: service_tier.c
 *   several people                  each one's mapped so over the allowed films, then their mean or
 *                                   the lowest
 *   genre preferences               as soft genres, and moved by up to 0.20 either way; with no
 *                                   history: half popularity, half preference */
struct recommend_answer {
    size_t count; /* exactly top_k whenever so many films are allowed */
    struct recommendation *list;
    const char *basis; /* "known user", "ratings given", "genres given", "popularity", "several
                          people" */
    const char *tier;  /* how much is known: "nothing known", "few ratings" (from 1), "some ratings"
                          (from 5), "many ratings" (from 20); of several people of the one with
                          fewest */
    float popularity;  /* its share of the order beside the model's, by the tier; of several
                          people's the largest */
    const char *context; /* what of the context was heard; NULL: nothing */
    bool has_more;       /* films are left behind this page */
    double kept;         /* share of the relevance that diversity left, see rank/diversity.h */
    size_t pool;         /* among how many of the best diversity chose; 0: it was not asked for */
};

/* Films the person has are never shown. Errors (STATUS_NOT_FOUND, STATUS_BAD_USAGE): unknown user
 * or item index, top_k out of range. */
enum status service_recommend(const struct snapshot *snapshot,
                              const struct recommend_request *request, struct arena *arena,
                              struct recommend_answer *answer, struct error *error);

/* How much is known of whom a request is for, as in the answer. */
const char *service_tier(const struct recommend_request *request);

/* A list of his own for each of request->people, of whom there may be any number and who are scored
 * together: answers[person_count], each as service_recommend gives it for him alone. */
enum status service_recommend_each(const struct snapshot *snapshot,
                                   const struct recommend_request *request, struct arena *arena,
                                   struct recommend_answer *answers, struct error *error);

/* Where the next page of a list begins, as a text that means it as long as this snapshot is served.
 * False: no cursor, or another snapshot's. */
const char *service_cursor(const struct snapshot *snapshot, size_t offset, struct arena *arena);
bool service_cursor_read(const struct snapshot *snapshot, const char *text, size_t *offset);

/* Ratings that a person gave beside those that the model predicts for the same films. */
struct compared_item {
    uint32_t item;
    float given, predicted;
};
struct compare_answer {
    size_t count;
    struct compared_item *list; /* in the order of the history; the last top_k of it */
    double rmse;                /* over the whole history */
    size_t rated;               /* its length */
};
/* Of the request `people` or `ratings` and top_k count. What was predicted for may have been learnt
 * from: this shows how the model sees a person, not how well it does. Errors: as service_recommend;
 * a model that predicts no ratings, nobody with ratings (STATUS_NOT_FOUND). */
enum status service_compare(const struct snapshot *snapshot,
                            const struct recommend_request *request, struct arena *arena,
                            struct compare_answer *answer, struct error *error);

struct similar_item {
    uint32_t item;
    float similarity; /* on the answer's scale; higher is more alike */
};
enum similar_scale {
    SIMILAR_DISTANCE,   /* 1 / (1 + distance) between item vectors: 1 is the same */
    SIMILAR_SIMILARITY, /* the model's own similarity; only films that it relates to this one */
    SIMILAR_SCORE,      /* the score shown to somebody who has seen only this film */
    SIMILAR_CONTENT     /* 0.7 * cosine of an encoder's vectors + 0.3 * cosine by TF-IDF of what is
                           written of the films */
};
struct similar_answer {
    size_t count;
    struct similar_item *list;
    enum similar_scale scale;
};
/* "distance", "similarity", "score", "content" */
const char *service_scale_name(enum similar_scale scale);
/* Errors: top_k out of range, an unknown item, a model whose scores say nothing of taste
 * (STATUS_NOT_FOUND). */
enum status service_similar(const struct snapshot *snapshot, uint32_t item, size_t top_k,
                            struct arena *arena, struct similar_answer *answer,
                            struct error *error);

struct similar_request {
    uint32_t item;
    size_t top_k;
    bool by_content;             /* by what is written of the films, whatever the model says */
    const struct filter *filter; /* `seen` is not looked at; NULL: all films */
};
/* The same under filters, and by content. Errors by content: as service_search without a wish. */
enum status service_similar_asked(struct service *service, const struct snapshot *snapshot,
                                  const struct similar_request *request, struct arena *arena,
                                  struct similar_answer *answer, struct error *error);

/* Films whose titles answer to what was typed, best first, however it is spelled: "toy stroy", "7
 * samurai", "amelie". */
struct title_hit {
    uint32_t item;
    float score; /* 1: the title just as it was typed; 0: nothing in common */
};
size_t service_find_titles(const struct snapshot *snapshot, const char *typed,
                           struct title_hit *hits, size_t room);
/* The film that was meant: by outside id or title as dataset_find_item has it, else the title that
 * is clearly nearer than all others. DATASET_NONE: there is none, or more than one. */
uint32_t service_find_film(const struct snapshot *snapshot, const char *typed);

/* Where a bare history lies among the model's vectors; `values` live in the arena. Errors: a model
 * without vectors (STATUS_NOT_FOUND), an unknown item. */
struct service_vector {
    size_t dimension;
    const float *values;
};
enum status service_fold_in(const struct snapshot *snapshot, const struct rated_item *ratings,
                            size_t rating_count, struct arena *arena, struct service_vector *vector,
                            struct error *error);

#endif
