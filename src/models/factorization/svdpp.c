/* svdpp.c: SVD++: matrix factorization of ratings that also asks what was rated at all.
 *
 * Idea     svd, with a second vector y_j for each item: whoever has j in his history is moved by
 *          y_j, whatever he thought of it. See rating_factors.h.
 * Source   Koren, KDD 2008, equation (15).
 * Shapes, cost, fold-in, checks: rating_model.c; the fit: rating_sgd.c. */
#include "models/factorization/rating_model.h"

static enum status create(struct model **out, const struct settings *settings, struct error *error);
static void suggest(struct settings *settings, const struct interactions *train);

const struct model_ops model_svdpp = {
    .name = "svdpp",
    .aliases = "svd++|svd_pp",
    .family = "factorization",
    .summary = "svd that also learns from which items somebody has rated at all",
    .source = "Koren, KDD 2008, equation 15",
    .settings = rating_model_svdpp_settings,
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
    return rating_model_create(out, &model_svdpp, true, settings, error);
}

/* Found on validation rows of the folds of ml-100k. */
static void suggest(struct settings *settings, const struct interactions *train) {
    (void)train;
    settings_default(settings, "model.n_factors", "64");
    settings_default(settings, "model.n_epochs", "15");
    settings_default(settings, "model.lr_all", "0.02");
    settings_default(settings, "model.lr_decay", "0.9");
    settings_default(settings, "model.reg_all", "0.12");
    settings_default(settings, "model.reg_frequency", "0.5");
    settings_default(settings, "model.reg_bu", "0.02");
    settings_default(settings, "model.reg_bi", "0.02");
    settings_default(settings, "model.init_std", "0.03");
}
