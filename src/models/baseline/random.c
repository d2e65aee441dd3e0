/* random.c: a list drawn by lot: what measuring gives when nothing is known.
 *
 * Idea     The score of an item is a draw from the stream that is named by the seed and the
 *          history, so the same person is shown the same list, whichever items are asked for
 *          together.
 * State    seed [1], uint64.
 * Cost     fit: none. score: some nanoseconds an item.
 * Checked  tests/models/test_random.c; conformance. */
#include "base/rng.h"
#include "models/model.h"

extern const struct model_ops model_random;

struct random_model {
    struct model base;
    struct tensor seed;
};

static const struct setting_spec settings_table[] = {
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
};

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    (void)settings;
    (void)error;
    struct random_model *model = model_allocate(&model_random, sizeof *model);
    model->seed.name = "seed";
    *out = &model->base;
    return STATUS_OK;
}

static enum status fit(struct model *base, const struct fit_input *input, struct error *error) {
    (void)error;
    struct random_model *model = (struct random_model *)base;
    model_describe(base, input->train);
    tensor_make(&model->seed, TENSOR_U64, 1, 0, &base->arena);
    *(uint64_t *)model->seed.data = input->seed;
    return STATUS_OK;
}

/* A number for the history that does not depend on the order of its rows. */
static uint64_t history_key(uint64_t seed, const struct history *history) {
    uint64_t key = seed;
    for (size_t i = 0; i < history->count; i++) {
        struct rng rng;
        rng_init(&rng, seed, history->items[i]);
        key += rng_next(&rng);
    }
    return key;
}

static void score(const struct model *base, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    const struct random_model *model = (const struct random_model *)base;
    uint64_t seed = *(const uint64_t *)model->seed.data;
    for (size_t q = 0; q < query_count; q++) {
        uint64_t key = history_key(seed, &queries[q].history);
        for (size_t i = 0; i < item_count; i++) {
            struct rng rng;
            rng_init(&rng, key, items ? items[i] : i);
            scores[q * item_count + i] = (float)rng_uniform(&rng);
        }
    }
}

static size_t tensors(struct model *base, struct tensor **list) {
    list[0] = &((struct random_model *)base)->seed;
    return 1;
}

static enum status attach(struct model *base, struct error *error) {
    const struct random_model *model = (const struct random_model *)base;
    return model_expect(&model->seed, TENSOR_U64, 1, 0, error);
}

const struct model_ops model_random = {
    .name = "random",
    .family = "baseline",
    .summary = "a list drawn by lot",
    .source = "what measuring gives when nothing is known",
    .settings = settings_table,
    .traits = MODEL_RANDOM | MODEL_IMPERSONAL,
    .create = create,
    .fit = fit,
    .score = score,
    .tensors = tensors,
    .attach = attach,
};
