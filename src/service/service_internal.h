/* service_internal.h: what the answers share: a person as the models see one, and the reasons. */
#ifndef MATINEE_SERVICE_SERVICE_INTERNAL_H
#define MATINEE_SERVICE_SERVICE_INTERNAL_H

#include "models/model.h"
#include "service/service.h"
#include "service/snapshot.h"
#include "service/words.h"

#define SERVICE_MODELS_MAX 64 /* served at a time */

/* A bare history from ratings: an item named twice counts with its last rating. Times are
 * positions, 1 = first. Memory of the arena. Errors: an item out of range, a rating that is no
 * number. */
enum status service_history(const struct snapshot *snapshot, const struct rated_item *ratings,
                            size_t rating_count, struct arena *arena, struct history *history,
                            struct error *error);

/* Whom the request is about, as models see one; STATUS and errors of service_recommend. */
enum status service_query(const struct snapshot *snapshot, const struct recommend_request *request,
                          struct arena *arena, struct query *query, struct error *error);

/* ---- What lists with and without a wish in words share: service_query.c ---- */

struct service_queries {
    struct query list[SERVICE_PEOPLE_MAX];
    size_t count; /* one, or one for each of several people */
};
/* Everybody whom a request is for, checked as service_recommend does. */
enum status service_query_all(const struct snapshot *snapshot,
                              const struct recommend_request *request, struct arena *arena,
                              struct service_queries *queries, struct error *error);
/* What they have; how many sets. */
#define SERVICE_HAD_MAX (2 * SERVICE_PEOPLE_MAX + 1)
size_t service_query_had(const struct recommend_request *request, const struct query *queries,
                         size_t query_count, struct filter_set had[SERVICE_HAD_MAX]);
/* The request's filter, with the genres that are wanted strictly. */
struct filter service_query_filter(const struct recommend_request *request);
/* How many of the best films are looked at: the page, all before it and one more; where they are
 * put in another order, whole pools. */
size_t service_query_reach(const struct recommend_request *request, size_t item_count);
/* All histories as one, for the reasons of a list for several; a film counts as the first of them
 * has it. */
struct query service_query_merged(const struct snapshot *snapshot, const struct query *queries,
                                  size_t query_count, struct arena *arena);
/* Puts list[count], best first, in the order that the request's diversity asks for, pool by pool,
 * as far as place `end`; answer->pool and kept say what came of it. */
struct service_diversity {
    const struct snapshot *snapshot;
    const struct recommend_request *request;
    const struct query *queries;
    size_t query_count;
};
void service_diversity_apply(const struct service_diversity *asked, struct ranked *list,
                             size_t count, size_t end, struct recommend_answer *answer);

/* Fills reasons and `why` of each film of the answer. `scored` is false where no model spoke:
 * popularity and genres. */
void service_explain(const struct snapshot *snapshot, const struct query *query, bool scored,
                     struct arena *arena, struct recommend_answer *answer);

/* The share that popularity has beside a model for somebody with so many ratings; 0 unless tiers
 * are asked for. */
float service_tier_popularity(const struct snapshot *snapshot, size_t history_count, bool by_tier);
/* Gives it that share of scores[count] of so many items (NULL: the first ones), which are mapped to
 * 0 ... 1 for it; 0 changes nothing. */
void service_tier_blend(const struct snapshot *snapshot, float popularity, const uint32_t *items,
                        size_t count, float *scores);

/* What the answer calls where its scores come from. */
const char *service_basis(const struct query *query);
/* The reasons of a film from rows, the largest first; and its sentence from the reasons. */
struct why_row;
void service_explain_rows(const struct why_row *rows, size_t count, struct recommendation *film);
void service_explain_sentence(const struct snapshot *snapshot, const struct query *query,
                              bool scored, struct arena *arena, struct recommendation *film);
/* Fills in what the parts of the snapshot's model add to each film, if it has any. */
void service_explain_parts(const struct snapshot *snapshot, const struct query *query,
                           struct arena *arena, struct recommend_answer *answer);

/* The distance between two items' vectors. Of vectors that are compared by dot product or cosine
 * the direction counts: there a length says how popular an item is, not what it is like. */
float service_distance(const struct snapshot *snapshot, uint32_t a, uint32_t b);

/* A model's own score as people are shown it: see struct recommend_answer. */
float service_shown_score(const struct model *model, float raw);

/* What is known of the running experiment. */
struct ab_test *service_ab_test(struct service *service);
/* What was found last of how people have changed. */
struct drift *service_drift(struct service *service);
/* Reads what the store says of films, which was written before the call, and serves it. Without a
 * store nothing happens. */
enum status service_renew_films(struct service *service, struct error *error);
/* What the store has of people; NULL: none is open. */
struct live *service_live(struct service *service);

/* The index beside a model file, if there is one that fits; NULL: none. The caller's. */
struct ann_index *service_index_open(const char *model_file, struct model *model);
/* scores[items]: the model's for the films that the snapshot's index finds for the person, minus
 * infinity for all others; at least `wanted` of them are new to him. False: there is no index, or
 * it found too few, and all films are to be scored. */
bool service_index_score(const struct snapshot *snapshot, const struct query *query, size_t wanted,
                         float *scores);

/* Learning while it is served: service_learning.c. */
struct learning;
void service_learning_end(struct learning *learning); /* stops what runs; NULL is fine */
struct learning **service_learning_slot(struct service *service);

/* Makes `candidate` the file of what is served under `name`, as the newest version, or what lies at
 * `made`, or with neither the version of that number, and serves it; on failure all is as it was.
 */
struct service_install {
    const char *file, *name;
    const char *candidate, *made; /* one of them moves, one stays where it is */
    size_t versions_kept;
};
enum status service_install(struct service *service, const struct service_install *install,
                            struct snapshot *snapshot, unsigned *version, struct error *error);

/* Everything that the service searches with, opened the first time that it is asked for. */
enum status service_words(struct service *service, const struct words **out, struct error *error);
/* The same if it is open; else NULL. */
const struct words *service_words_opened(struct service *service);
/* Puts it in before anybody asks; takes it. */
void service_adopt_words(struct service *service, struct words *words);
/* The look-up of titles of a snapshot. */
struct service_titles *service_titles_create(void);
void service_titles_destroy(struct service_titles *titles); /* NULL is fine */

/* scores[items]: how alike what is written of each film is to what is of this one
 * (SIMILAR_CONTENT). Errors: as service_search without a wish. */
enum status service_search_content(struct service *service, const struct snapshot *snapshot,
                                   uint32_t item, float *scores, struct error *error);

/* What people watch at that hour, blended into raw[items], how many have each film. Returns what
 * was heard of the context, as a sentence; NULL: nothing. */
const char *service_hours_blend(const struct snapshot *snapshot,
                                const struct recommend_context *context, float *raw);

struct service_hours *service_hours_create(void);
void service_hours_destroy(struct service_hours *hours); /* NULL is fine */

struct service_atlas *service_atlas_create(void);
void service_atlas_destroy(struct service_atlas *atlas); /* NULL is fine */

/* The histories of a snapshot by film. */
struct film_index *film_people_create(void);
void film_people_destroy(struct film_index *index); /* NULL is fine */

/* The texts of a snapshot's films. */
struct film_memo *film_memo_create(uint32_t item_count);
void film_memo_destroy(struct film_memo *memo); /* NULL is fine */

/* The colours of a snapshot's films. */
struct film_hues *film_hues_create(void);
void film_hues_destroy(struct film_hues *hues); /* NULL is fine */

/* What is made once for a snapshot when somebody browses it. */
struct service_orders *service_orders_create(void);
void service_orders_destroy(struct service_orders *orders); /* NULL is fine */

/* Fills what filters and lists of the best look at, from the histories and the catalogue. */
void film_figures_derive(struct snapshot *snapshot);
/* The damped mean of so many ratings. */
float film_figures_damped(const struct snapshot *snapshot, double sum, double count);

enum status service_check_top_k(size_t top_k, struct error *error);

/* How far preferences (1..5 by genre, 0 = not said; NULL: none) move a film on mapped scores: up to
 * a soft wish, up or down. */
float service_scores_preference(const float *preference, uint64_t genres);

#endif
