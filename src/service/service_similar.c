/* service_similar.c: films like a film, and where a history lies among them. See service.h.
 *
 * Idea     Similar films are near ones where the model has vectors of items, those that the model
 *          itself calls similar where it compares items; else the question is put to it as a person
 *          who has seen only that film. The three are not on one scale: the answer names its own.
 * Traps    A model that compares items knows nothing of most pairs: those films are left out, and
 *          fewer than k may come back.
 * Checked  tests/service/test_service_similar.c. */
#include <math.h>

#include "base/assert.h"
#include "kernels/kernels.h"
#include "rank/rank.h"
#include "service/service_internal.h"

static enum status check_item(const struct snapshot *snapshot, uint32_t item, struct error *error) {
    if (item >= snapshot->catalogue->items.count)
        return error_set(error, STATUS_NOT_FOUND, "there is no item number %u among %u", item,
                         snapshot->catalogue->items.count);
    return STATUS_OK;
}

float service_distance(const struct snapshot *snapshot, uint32_t a, uint32_t b) {
    const size_t dimension = snapshot->dimension;
    const float *first = snapshot->vectors + a * dimension;
    const float *second = snapshot->vectors + b * dimension;
    if (snapshot->metric == VECTOR_L2)
        return sqrtf(kernels()->squared_distance(first, second, dimension));
    const float lengths = snapshot->lengths[a] * snapshot->lengths[b];
    const float cosine = lengths > 0 ? kernels()->dot(first, second, dimension) / lengths : 0;
    return sqrtf(fmaxf(0, 2 - 2 * cosine));
}

const char *service_scale_name(enum similar_scale scale) {
    static const char *const names[] = {[SIMILAR_DISTANCE] = "distance",
                                        [SIMILAR_SIMILARITY] = "similarity",
                                        [SIMILAR_SCORE] = "score",
                                        [SIMILAR_CONTENT] = "content"};
    return names[scale];
}

static void score_by_model(const struct snapshot *snapshot, uint32_t item, float *scores) {
    const struct model *model = snapshot->model;
    const struct interactions *known = &snapshot->catalogue->interactions;
    const float rating = model->rating_max;
    const int64_t time = 1;
    const struct query query = {.user = MODEL_NO_USER,
                                .history = {.count = 1,
                                            .items = &item,
                                            .ratings = known->ratings ? &rating : NULL,
                                            .times = known->times ? &time : NULL}};
    model->ops->score(model, &query, 1, NULL, model->item_count, scores);
    for (uint32_t i = 0; i < model->item_count; i++)
        scores[i] = service_shown_score(model, scores[i]);
}

/* scores[item_count]: higher is more alike, minus infinity for what is not to be listed. */
static enum similar_scale score_alike(const struct snapshot *snapshot, uint32_t item,
                                      float *scores) {
    const struct model *model = snapshot->model;
    enum similar_scale scale = SIMILAR_DISTANCE;
    if (snapshot->vectors) {
        for (uint32_t i = 0; i < model->item_count; i++)
            scores[i] = 1 / (1 + service_distance(snapshot, item, i));
    } else if (model->ops->similar && !(model->traits & MODEL_NO_SIMILAR)) {
        scale = SIMILAR_SIMILARITY;
        model->ops->similar(model, item, scores);
        for (uint32_t i = 0; i < model->item_count; i++)
            scores[i] = scores[i] > 0 ? scores[i] : -INFINITY;
    } else {
        scale = SIMILAR_SCORE;
        score_by_model(snapshot, item, scores);
    }
    return scale;
}

static enum status check_taste(const struct snapshot *snapshot, struct error *error) {
    if (!(snapshot->model->traits & MODEL_IMPERSONAL))
        return STATUS_OK;
    return error_set(
        error, STATUS_NOT_FOUND,
        "the model \"%s\" cannot tell which films are alike: its scores say nothing of "
        "taste; ask another one, such as item_knn",
        snapshot->model->ops->name);
}

/* scores[item_count] as score_alike has them, by what the request asks. */
static enum status score_asked(struct service *service, const struct snapshot *snapshot,
                               const struct similar_request *request, float *scores,
                               struct similar_answer *answer, struct error *error) {
    if (request->by_content) {
        answer->scale = SIMILAR_CONTENT;
        return service_search_content(service, snapshot, request->item, scores, error);
    }
    TRY(check_taste(snapshot, error));
    answer->scale = score_alike(snapshot, request->item, scores);
    return STATUS_OK;
}

enum status service_similar_asked(struct service *service, const struct snapshot *snapshot,
                                  const struct similar_request *request, struct arena *arena,
                                  struct similar_answer *answer, struct error *error) {
    TRY(service_check_top_k(request->top_k, error));
    TRY(check_item(snapshot, request->item, error));
    const size_t item_count = snapshot->catalogue->items.count;
    const size_t room = request->top_k < item_count ? request->top_k : item_count;
    const struct filter all = {.seen = FILTER_ALL};
    struct arena *scratch = arena_scratch();
    ASSERT(arena != scratch);
    const struct arena_position mark = arena_mark(scratch);
    float *scores = ARENA_ARRAY_RAW(scratch, float, item_count);
    struct ranked *list = ARENA_ARRAY(scratch, struct ranked, room);
    const enum status status = score_asked(service, snapshot, request, scores, answer, error);
    if (status == STATUS_OK) {
        rank_exclude(scores, &request->item, 1);
        filter_apply(request->filter ? request->filter : &all, &snapshot->items, NULL, 0, scores);
        answer->count = rank_top_k(scores, item_count, room, list);
        answer->list = ARENA_ARRAY(arena, struct similar_item, answer->count);
        for (size_t i = 0; i < answer->count; i++)
            answer->list[i] = (struct similar_item){list[i].item, list[i].score};
    }
    arena_reset(scratch, mark);
    return status;
}

enum status service_similar(const struct snapshot *snapshot, uint32_t item, size_t top_k,
                            struct arena *arena, struct similar_answer *answer,
                            struct error *error) {
    const struct similar_request request = {.item = item, .top_k = top_k};
    return service_similar_asked(NULL, snapshot, &request, arena, answer, error);
}

enum status service_fold_in(const struct snapshot *snapshot, const struct rated_item *ratings,
                            size_t rating_count, struct arena *arena, struct service_vector *vector,
                            struct error *error) {
    const struct model *model = snapshot->model;
    if (!model->ops->query_vectors || !snapshot->vectors)
        return error_set(error, STATUS_NOT_FOUND,
                         "the model \"%s\" has no vectors; ask it for recommendations instead",
                         model->ops->name);
    struct query query = {.user = MODEL_NO_USER};
    TRY(service_history(snapshot, ratings, rating_count, arena, &query.history, error));
    if (!snapshot->catalogue->interactions.ratings)
        query.history.ratings = NULL;
    float *result = ARENA_ARRAY(arena, float, snapshot->dimension);
    model->ops->query_vectors(model, &query, 1, result);
    *vector = (struct service_vector){snapshot->dimension, result};
    return STATUS_OK;
}
