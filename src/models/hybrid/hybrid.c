/* hybrid.c: a model made of other models.
 *
 * Idea     Its parts (hybrid_parts.h) are fitted one after another; their scores for a person are
 *          made comparable and put together by model.fusion_method:
 *            weighted_average  sum of weight * normalised score, weights by how many ratings the
 *                              person has (hybrid_weights.h)
 *            rrf, borda        by places: sum of weight / (k_rrf + place), or Borda points
 *            learned           a weighted average whose weights are found on validation
 *            stacked           a linear combiner over scores, activity and popularity, found on
 *                              validation (hybrid_features.c)
 *          If every part predicts ratings, so does the hybrid: then averages and combiner are of
 *          ratings, and nothing is normalised.
 * Source   fusion.c, hybrid_features.c, combiner.c name theirs.
 * State    the parts' tensors as "LABEL/NAME"; popularity [items] float32; mean [1] float32.
 *          Weights and combiner are settings: `choices` carry what was found, for refit and file.
 * Folds in as each part does: a bare history is handed to all of them. An empty one is answered
 *          with what is popular (model.fallback_to_popularity).
 * Cost     fit and score: the parts' together; hybrid_score.c, hybrid_learn.c.
 * Traps    Needs, traits and scale follow from the parts: create() says them.
 *          `learned` and `stacked` need validation rows once (MODEL_CHOOSES); with what was found
 *          in the settings they need none.
 * Checked  tests/models/test_hybrid.c, conformance, config/recipes. */
#include <stdio.h>
#include <string.h>

#include "models/baseline/item_share.h"
#include "models/hybrid/hybrid_model.h"

extern const struct model_ops model_hybrid;

#define NEGATIVES_MAX 100000

static const struct setting_spec settings_table[] = {
    {"model.models", SETTING_TEXT_LIST, "[ease,item_knn,popularity]", 0, 0, NULL, "model.parts",
     "the parts: models, recipes (x.yaml) or model files (x.safetensors), with LABEL: in front or "
     "not"},
    {"model.part_settings", SETTING_TEXT_LIST, "[]", 0, 0, NULL, NULL,
     "settings of parts, as in [ease.model.l2=1000,gmf.trainer.max_epochs=22]"},
    {"model.part_files", SETTING_TEXT_LIST, "[]", 0, 0, NULL, NULL,
     "LABEL:FILE of trained parts, taken where data, rows and settings are the same"},
    {"model.fusion_method", SETTING_TEXT, "weighted_average", 0, 0, HYBRID_METHODS, "model.fusion",
     "how scores are put together; learned and stacked: found on validation"},
    {"model.learn_weights", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "weighted_average: find the weights on validation, as learned does"},
    {"model.normalization", SETTING_TEXT, "z_score", 0, 0, FUSION_NORMALIZATIONS, NULL,
     "weighted_average, learned: how a part's scores for a person are made comparable"},
    {"model.weights", SETTING_TEXT_LIST, "[]", 0, 0, NULL, NULL,
     "what counts, by part or role, a number for each tier: [ease:.6/.8,popularity:.4/.2]"},
    {"model.user_thresholds", SETTING_INT_LIST, "[5,10]", 1, 1e9, NULL, NULL,
     "numbers of ratings at which a person comes into the next tier of weights"},
    {"model.k_rrf", SETTING_REAL, "60", 0, 1e6, NULL, "k_rrf", "rrf: what is added to each place"},
    {"model.fallback_to_popularity", SETTING_BOOL, "true", 0, 0, NULL, NULL,
     "whether nobody's history is answered with what is popular, or as the parts do"},
    {"model.combiner", SETTING_REAL_LIST, "[]", -1e6, 1e6, NULL, NULL,
     "stacked: its coefficients, once they are found"},
    {"model.combiner_l2", SETTING_REAL, "0.001", 1e-9, 1e3, NULL, NULL,
     "learned, stacked: L2 on what is found"},
    {"model.num_negatives", SETTING_INT, "200", 1, NEGATIVES_MAX, NULL, NULL,
     "learned, stacked: items among which a validation row is to come first; stacked: of more than "
     "10,000 items an eighth, unless said"},
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
};

/* ---- Create ---------------------------------------------------------------------------------- */

/* What the hybrid is follows from what its parts are. */
static void take_traits(struct hybrid *self) {
    struct model *base = &self->base;
    unsigned impersonal = MODEL_IMPERSONAL, silent = MODEL_NO_EXPLAIN, unlike = MODEL_NO_SIMILAR;
    bool rates = true;
    base->traits = 0;
    for (size_t p = 0; p < self->parts.count; p++) {
        const struct model *part = self->parts.list[p].model;
        base->needs |= part->needs;
        base->traits |= part->traits & (MODEL_ORDER_AWARE | MODEL_RANDOM | MODEL_TRAINED |
                                        MODEL_CHOOSES | MODEL_READS_GENRES | MODEL_INTEGRATES);
        impersonal &= part->traits;
        if (part->ops->explain && !(part->traits & MODEL_NO_EXPLAIN))
            silent = 0;
        if (part->ops->similar && !(part->traits & MODEL_NO_SIMILAR))
            unlike = 0;
        rates =
            rates && (part->scale == MODEL_SCALE_RATING || part->scale == MODEL_SCALE_UNIT_RATING);
    }
    const bool fuses_places = self->method == HYBRID_RRF || self->method == HYBRID_BORDA;
    base->scale = rates && !fuses_places ? MODEL_SCALE_RATING : MODEL_SCALE_ANY;
    if (fuses_places || (!hybrid_rates(self) && self->normalization == FUSION_LOG_PLACE))
        silent = MODEL_NO_EXPLAIN; /* places are not a sum of shares */
    base->traits |= impersonal | unlike | silent;
    if (self->method == HYBRID_LEARNED || (self->method == HYBRID_STACKED && !self->combiner))
        base->traits |= MODEL_CHOOSES;
}

static enum status read_combiner(struct hybrid *self, const struct settings *settings,
                                 struct error *error) {
    const double *values;
    size_t count = settings_real_list(settings, "model.combiner", &values);
    if (self->method != HYBRID_STACKED || count == 0)
        return STATUS_OK;
    if (count != hybrid_features_count(self))
        return error_set(error, STATUS_BAD_USAGE,
                         "model.combiner: expected %zu coefficients for these parts, found %zu; "
                         "leave it out to have them found",
                         hybrid_features_count(self), count);
    self->combiner = ARENA_ARRAY(&self->base.arena, double, count);
    memcpy(self->combiner, values, count * sizeof *values);
    return STATUS_OK;
}

/* All tensors go into one file, and that has room for so many. */
static enum status check_room(const struct hybrid *self, struct error *error) {
    struct tensor *list[MODEL_TENSORS_MAX];
    size_t count = 2;
    for (size_t p = 0; p < self->parts.count; p++)
        count += model_tensors(self->parts.list[p].model, list);
    if (count <= MODEL_TENSORS_MAX)
        return STATUS_OK;
    return error_set(
        error, STATUS_LIMIT,
        "model.models: these parts have %zu tensors, a model at most %d; leave some out", count,
        MODEL_TENSORS_MAX);
}

static enum status fill(struct hybrid *self, const struct settings *settings, struct error *error) {
    struct arena *arena = &self->base.arena;
    self->method = (enum hybrid_method)settings_choice(settings, "model.fusion_method");
    if (self->method == HYBRID_WEIGHTED_AVERAGE && settings_bool(settings, "model.learn_weights"))
        self->method = HYBRID_LEARNED;
    self->normalization =
        (enum fusion_normalization)settings_choice(settings, "model.normalization");
    self->k_rrf = (float)settings_real(settings, "model.k_rrf");
    self->falls_back = settings_bool(settings, "model.fallback_to_popularity");
    self->l2 = settings_real(settings, "model.combiner_l2");
    self->negative_count = (size_t)settings_int(settings, "model.num_negatives");
    self->popularity.name = "popularity";
    self->mean.name = "mean";
    TRY(hybrid_parts_read(&self->parts, settings, arena, error));
    TRY(hybrid_parts_create(&self->parts, error));
    TRY(check_room(self, error));
    take_traits(self); /* says whether the combiner is of ratings */
    TRY(read_combiner(self, settings, error));
    take_traits(self); /* and that says whether anything is left to choose */
    const bool by_role = self->method == HYBRID_WEIGHTED_AVERAGE;
    return hybrid_weights_read(&self->weights, settings, &self->parts, by_role, arena, error);
}

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    struct hybrid *self = model_allocate(&model_hybrid, sizeof *self);
    if (fill(self, settings, error) != STATUS_OK) {
        model_destroy(&self->base);
        return error->status;
    }
    *out = &self->base;
    return STATUS_OK;
}

static void release(struct model *base) { hybrid_parts_release(&((struct hybrid *)base)->parts); }

/* ---- Fit ------------------------------------------------------------------------------------- */

static void fill_mean(struct hybrid *self, const struct interactions *train) {
    double sum = 0;
    for (size_t row = 0; row < train->count; row++)
        sum += (double)interactions_rating(train, row);
    tensor_floats(&self->mean)[0] = train->count ? (float)(sum / (double)train->count) : 0;
}

static const char *combiner_text(const struct hybrid *self, struct arena *arena) {
    const char *text = "model.combiner=[";
    for (size_t k = 0; k < hybrid_features_count(self); k++)
        text = arena_format(arena, "%s%s%s", text, k ? "," : "",
                            hybrid_weights_number(self->combiner[k], arena));
    return arena_format(arena, "%s]", text);
}

/* What was found here and in the parts, as settings. */
static void report_choices(struct hybrid *self, bool found) {
    struct arena *arena = &self->base.arena;
    const char **choices = ARENA_ARRAY(arena, const char *, 4);
    size_t count = 0;
    const char *parts = hybrid_parts_choice(&self->parts, arena);
    if (parts)
        choices[count++] = parts;
    if (found && self->method == HYBRID_LEARNED) {
        choices[count++] = "model.fusion_method=weighted_average";
        choices[count++] = "model.learn_weights=false";
        choices[count++] = hybrid_weights_text(&self->weights, &self->parts, arena);
    } else if (found) {
        choices[count++] = combiner_text(self, arena);
    }
    self->base.report.choices = choices;
    self->base.report.choice_count = count;
}

static enum status fit(struct model *base, const struct fit_input *input, struct error *error) {
    struct hybrid *self = (struct hybrid *)base;
    const bool finds =
        self->method == HYBRID_LEARNED || (self->method == HYBRID_STACKED && !self->combiner);
    model_describe(base, input->train);
    tensor_make(&self->popularity, TENSOR_F32, base->item_count, 0, &base->arena);
    tensor_make(&self->mean, TENSOR_F32, 1, 0, &base->arena);
    item_share_fill(tensor_floats(&self->popularity), input->train);
    fill_mean(self, input->train);
    hybrid_features_derive(self);
    TRY(hybrid_parts_fit(&self->parts, input, base->scale, error));
    if (finds)
        TRY(hybrid_learn(self, input, error));
    report_choices(self, finds);
    return STATUS_OK;
}

/* ---- State ----------------------------------------------------------------------------------- */

/* The parts' tensors stand in the list as proxies with prefixed names: a load fills these, and
 * attach() hands them on. */
static size_t tensors(struct model *base, struct tensor **list) {
    struct hybrid *self = (struct hybrid *)base;
    struct tensor *own[MODEL_TENSORS_MAX];
    size_t count = 0;
    const bool first = !self->proxies;
    if (first)
        self->proxies = ARENA_ARRAY(&base->arena, struct tensor, MODEL_TENSORS_MAX);
    list[count++] = &self->popularity;
    list[count++] = &self->mean;
    for (size_t p = 0; p < self->parts.count; p++) {
        struct hybrid_part *part = &self->parts.list[p];
        const size_t part_count = model_tensors(part->model, own);
        for (size_t i = 0; i < part_count; i++, count++) {
            struct tensor *proxy = &self->proxies[count];
            const char *name = first
                                   ? arena_format(&base->arena, "%s/%s", part->label, own[i]->name)
                                   : proxy->name;
            if (first || own[i]->data)
                *proxy = *own[i];
            proxy->name = name;
            list[count] = proxy;
        }
    }
    return count;
}

static enum status attach_part(const struct hybrid *self, struct hybrid_part *part, size_t *count,
                               struct error *error) {
    struct model *model = part->model;
    struct tensor *own[MODEL_TENSORS_MAX];
    const size_t part_count = model_tensors(model, own);
    for (size_t i = 0; i < part_count; i++, ++*count) {
        const char *name = own[i]->name;
        *own[i] = self->proxies[*count];
        own[i]->name = name;
    }
    model->user_count = self->base.user_count;
    model->item_count = self->base.item_count;
    model->rating_min = self->base.rating_min;
    model->rating_max = self->base.rating_max;
    if (part->ops->attach && part->ops->attach(model, error) != STATUS_OK)
        return error_prefix(error, "part %s", part->label);
    return STATUS_OK;
}

static enum status attach(struct model *base, struct error *error) {
    struct hybrid *self = (struct hybrid *)base;
    TRY(model_expect(&self->popularity, TENSOR_F32, base->item_count, 0, error));
    TRY(model_expect(&self->mean, TENSOR_F32, 1, 0, error));
    if (self->base.traits & MODEL_CHOOSES && (self->method == HYBRID_LEARNED || !self->combiner))
        return error_set(error, STATUS_BAD_INPUT,
                         "hybrid: its settings lack the weights that were found; train it again");
    hybrid_features_derive(self);
    size_t count = 2;
    for (size_t p = 0; p < self->parts.count; p++)
        TRY(attach_part(self, &self->parts.list[p], &count, error));
    return STATUS_OK;
}

/* Beyond this many users and items a dense matrix of either, as ease has, is gigabytes. */
#define DENSE_MAX 20000
/* Of many items most are ranked low by any part: a combiner told from a few drawn ones learns
 * nothing of the first places. Of gowalla's 40,981 it was worse than its best part with 200 and
 * better with 5,000 (config/recipes/gowalla/hybrid_order_blind.yaml). */
#define MANY_ITEMS 10000

static void suggest(struct settings *settings, const struct interactions *train) {
    if (train->item_count > DENSE_MAX && train->user_count > DENSE_MAX)
        settings_default(settings, "model.models", "[item_knn,popularity]");
    if (train->item_count > MANY_ITEMS &&
        settings_choice(settings, "model.fusion_method") == HYBRID_STACKED) {
        char text[16];
        const uint32_t eighth = train->item_count / 8;
        snprintf(text, sizeof text, "%u", eighth < NEGATIVES_MAX ? eighth : NEGATIVES_MAX);
        settings_default(settings, "model.num_negatives", text);
    }
    hybrid_parts_suggest(settings, train);
}

const struct model_ops model_hybrid = {
    .name = "hybrid",
    .aliases = "hybrid_ensemble",
    .family = "hybrid",
    .summary = "other models together: averaged, by places, or as validation says",
    .source = "Sill et al. 2009 (stacking); Cormack et al., SIGIR 2009 (reciprocal rank fusion)",
    .settings = settings_table,
    .traits = MODEL_TRAINED | MODEL_OF_PARTS,
    .create = create,
    .fit = fit,
    .score = hybrid_score,
    .tensors = tensors,
    .attach = attach,
    .release = release,
    .explain = hybrid_score_explain,
    .parts = hybrid_score_parts,
    .similar = hybrid_score_similar,
    .suggest = suggest,
};
