/* service_tier.c: how much is known of somebody, and what that means for a list: the one place that
 * knows of activity tiers, for lists, batches and wishes alike. See service.h, service_internal.h.
 *
 * Idea     Of whom a model knows few ratings it knows little: there popularity has a say beside it.
 *          Measured on people whom the model had not seen (docs/results.md, "Few ratings").
 * Traps    Predicted ratings would be ratings no more, and a hybrid has tiers of its own: both are
 *          left alone.
 * Checked  tests/service/test_service_recommend.c, test_service_wishes.c, test_service_search.c. */
#include "rank/rank.h"
#include "service/service_internal.h"
#include "service/service_person.h"

static const struct {
    size_t least;
    const char *name;
} TIERS[] = {{20, "many ratings"}, {5, "some ratings"}, {1, "few ratings"}, {0, "nothing known"}};

static const struct {
    size_t below;
    float popularity; /* its share */
} SHARES[] = {{5, 0.6f}, {10, 0.4f}};

const char *service_tier(const struct recommend_request *request) {
    size_t fewest = request->person_count > 0 ? SIZE_MAX : request->rating_count, tier = 0;
    for (size_t i = 0; i < request->person_count; i++)
        fewest =
            request->people[i].history.count < fewest ? request->people[i].history.count : fewest;
    while (fewest < TIERS[tier].least)
        tier++;
    return TIERS[tier].name;
}

float service_tier_popularity(const struct snapshot *snapshot, size_t history_count, bool by_tier) {
    const struct model *model = snapshot->model;
    const bool predicts =
        model->scale == MODEL_SCALE_RATING || model->scale == MODEL_SCALE_UNIT_RATING;
    if (!by_tier || predicts || (model->traits & (MODEL_IMPERSONAL | MODEL_OF_PARTS)))
        return 0;
    for (size_t t = 0; t < sizeof SHARES / sizeof *SHARES; t++)
        if (history_count < SHARES[t].below)
            return SHARES[t].popularity;
    return 0;
}

void service_tier_blend(const struct snapshot *snapshot, float popularity, const uint32_t *items,
                        size_t count, float *scores) {
    if (popularity == 0)
        return;
    rank_min_max(scores, count);
    for (size_t i = 0; i < count; i++)
        scores[i] =
            (1 - popularity) * scores[i] + popularity * snapshot->fame[items ? items[i] : i];
}
