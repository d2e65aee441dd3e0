/* service_compare.c: predicted ratings beside given ones. See service.h. Checked by
 * tests/service/test_service_recommend.c, tests/cli. */
#include <math.h>

#include "service/service_internal.h"

static enum status check_model(const struct snapshot *snapshot, struct error *error) {
    const struct model *model = snapshot->model;
    if (model->scale == MODEL_SCALE_RATING || model->scale == MODEL_SCALE_UNIT_RATING)
        return STATUS_OK;
    return error_set(
        error, STATUS_NOT_FOUND,
        "the model \"%s\" predicts no ratings to hold beside the given ones; ask svd or "
        "another that does",
        model->ops->name);
}

enum status service_compare(const struct snapshot *snapshot,
                            const struct recommend_request *request, struct arena *arena,
                            struct compare_answer *answer, struct error *error) {
    const struct model *model = snapshot->model;
    struct query query;
    TRY(check_model(snapshot, error));
    TRY(service_query(snapshot, request, arena, &query, error));
    const struct history *history = &query.history;
    if (history->count == 0 || !history->ratings)
        return error_set(error, STATUS_NOT_FOUND,
                         "there are no ratings of this person to compare with");
    float *predicted = ARENA_ARRAY(arena, float, history->count);
    model->ops->score(model, &query, 1, history->items, history->count, predicted);
    const size_t count = history->count < request->top_k ? history->count : request->top_k;
    const size_t first = history->count - count;
    double squares = 0;
    *answer = (struct compare_answer){.count = count,
                                      .list = ARENA_ARRAY(arena, struct compared_item, count),
                                      .rated = history->count};
    for (size_t i = 0; i < history->count; i++) {
        const float shown = service_shown_score(model, predicted[i]);
        const double error_of = (double)shown - (double)history->ratings[i];
        squares += error_of * error_of;
        if (i >= first)
            answer->list[i - first] =
                (struct compared_item){history->items[i], history->ratings[i], shown};
    }
    answer->rmse = sqrt(squares / (double)history->count);
    return STATUS_OK;
}
