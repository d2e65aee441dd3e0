/* svd.c: biased matrix factorization of ratings, known by the name that the Netflix prize gave it.
 *
 * Idea     r_ui = mean + b_u + b_i + p_u . q_i, fitted to the known ratings alone; the unbiased
 *          form (model.biased=false) is p_u . q_i.
 * Source   Funk 2006; Koren, Bell & Volinsky, IEEE Computer 2009, equations (4) and (5). Shapes,
 *          cost, fold-in, checks: rating_model.c; the fit: rating_sgd.c. */
#include "models/factorization/rating_model.h"

static enum status create(struct model **out, const struct settings *settings, struct error *error);
static void suggest(struct settings *settings, const struct interactions *train);

const struct model_ops model_svd = {
    .name = "svd",
    .aliases = "funk_svd|biased_mf",
    .family = "factorization",
    .summary = "matrix factorization of ratings with biases (Funk)",
    .source = "Funk 2006; Koren, Bell & Volinsky, IEEE Computer 2009, equation 5",
    .settings = rating_model_svd_settings,
    .needs = MODEL_NEEDS_RATINGS,
    .traits = MODEL_LEARNS_ITEMS | MODEL_PREDICTS_RATINGS | MODEL_RANDOM,
    .create = create,
    .fit = rating_model_fit,
    .score = rating_model_score,
    .tensors = rating_model_tensors,
    .attach = rating_model_attach,
    .item_vectors = rating_model_item_vectors,
    .query_vectors = rating_model_query_vectors,
    .explain = rating_model_explain,
    .update = rating_model_update,
    .suggest = suggest,
};

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    return rating_model_create(out, &model_svd, false, settings, error);
}

/* Found on validation rows of the folds of ml-100k. */
static void suggest(struct settings *settings, const struct interactions *train) {
    (void)train;
    settings_default(settings, "model.n_factors", "64");
    settings_default(settings, "model.n_epochs", "25");
    settings_default(settings, "model.lr_all", "0.03");
    settings_default(settings, "model.lr_decay", "0.9");
    settings_default(settings, "model.reg_all", "0.11");
    settings_default(settings, "model.reg_frequency", "0.3");
    settings_default(settings, "model.reg_bu", "0.02");
    settings_default(settings, "model.reg_bi", "0.02");
    settings_default(settings, "model.init_std", "0.03");
}
