/* gmf.c: generalised matrix factorization: a dot product whose dimensions have learned weights.
 *
 * Idea     score = sum over f of output_f * p_uf * q_if + bias (He et al. 2017, equation 9),
 *          trained on positives against sampled negatives.
 * Shapes   p [users][mf_dim], q [items][mf_dim].
 * Cost     an epoch: rows * (1 + negatives) * 6 * mf_dim operations and as many reads of rows;
 *          a score: 2 * mf_dim.
 * Traps    without L2 (model.reg_mf) it overfits within a few epochs; the weights of the output
 *          let the vectors shrink, so what matters is the product of the two.
 * Checked  tests/models/check_neumf.c (gradients), tests/models/test_neumf.c, conformance,
 *          config/recipes/ml-1m-ncf/gmf.yaml. The network: neumf_network.h. */
#include "models/neural/neumf_model.h"

static enum status create(struct model **out, const struct settings *settings, struct error *error);

const struct model_ops model_gmf = {
    .name = "gmf",
    .family = "neural",
    .summary = "generalised matrix factorization: a dot product with learned weights",
    .source = "He et al., WWW 2017, equation 9",
    .settings = neumf_settings_gmf,
    .traits = MODEL_LEARNS_ITEMS | MODEL_RANDOM | MODEL_TRAINED,
    .create = create,
    .fit = neumf_model_fit,
    .score = neumf_model_score,
    .tensors = neumf_model_tensors,
    .attach = neumf_model_attach,
    .item_vectors = neumf_model_item_vectors,
    .query_vectors = neumf_model_query_vectors,
    .explain = neumf_explain,
    .update = neumf_model_update,
    .suggest = neumf_model_suggest,
};

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    return neumf_model_create(out, &model_gmf, NEUMF_GMF_ONLY, settings, error);
}
