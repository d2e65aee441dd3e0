/* recommend_work.h: a list in the making, from whom it is for to what is shown: only for the three
 * files that make it, service_query.c, service_scores.c and service_recommend.c. */
#ifndef MATINEE_SERVICE_RECOMMEND_WORK_H
#define MATINEE_SERVICE_RECOMMEND_WORK_H

#include "rank/rank.h"
#include "service/service_internal.h"
#include "service/service_person.h"

/* Where the scores come from. */
enum recommend_basis { BASIS_USER, BASIS_RATINGS, BASIS_GENRES, BASIS_POPULARITY, BASIS_PEOPLE };

/* One answer in the making; arrays are scratch. */
struct recommend_work {
    const struct snapshot *snapshot;
    const struct recommend_request *request;
    const struct query *queries; /* [query_count]: one, or one for each of several people */
    size_t query_count;
    enum recommend_basis basis;
    size_t item_count;
    float *raw;    /* [query_count][items] the model's own scores */
    float *scores; /* [items] what the list is ordered by */
    bool is_mapped;
    const char *context;
};

/* ---- Whom: service_query.c ---- */

enum status service_query_check(const struct snapshot *snapshot,
                                const struct recommend_request *request, struct error *error);
/* The first person of a request, or the bare history, as models see one. */
enum status service_query_one(const struct snapshot *snapshot,
                              const struct recommend_request *request, struct arena *arena,
                              struct query *query, struct error *error);
struct query service_query_of(const struct service_person *person);
enum recommend_basis service_query_basis(const struct query *query);
const char *service_query_basis_name(enum recommend_basis basis);
/* ---- Scores: service_scores.c ---- */

/* Fills work->raw: of the films that an index finds, where those are enough, or of all. */
void service_scores_fill(struct recommend_work *work);
void service_scores_every_film(struct recommend_work *work);
/* Whether the model itself is asked for one person. */
bool service_scores_are_asked(const struct recommend_work *work);
/* work->scores from work->raw: what may be listed, on the scores that it is ordered by. */
void service_scores_order(struct recommend_work *work, struct arena *scratch);
/* How much of the order is popularity's beside the model's, 0 ... 1; of several people of the one
 * with fewest ratings. */
float service_scores_popularity(const struct recommend_work *work);
/* What people are shown of a place in that order. */
float service_scores_shown(const struct recommend_work *work, const struct ranked *place);

#endif
