/* mlp.c: a tower of layers over a user's and an item's embedding, side by side.
 *
 * Idea     score = output . relu(W_L ... relu(W_1 [x_u, y_i] + b_1) ...) + bias (He et al. 2017,
 *          equation 10). Options: the items' genres beside the embeddings, residual connections,
 *          attention between the embeddings, dropout.
 * Cost     an epoch: rows * (1 + negatives) * 6 * (weights of the tower, less most of the user's
 *          half of layer 1); a score: 2 * (weights from layer 2 on), see neumf_score.h.
 * Checked  tests/models/check_neumf.c (gradients), tests/models/test_neumf.c, conformance,
 *          config/recipes/ml-1m-ncf/mlp.yaml. The network: neumf_network.h. */
#include "models/neural/neumf_model.h"

static enum status create(struct model **out, const struct settings *settings, struct error *error);

const struct model_ops model_mlp = {
    .name = "mlp",
    .family = "neural",
    .summary = "a tower of layers over a user's and an item's embedding",
    .source = "He et al., WWW 2017, equation 10",
    .settings = neumf_settings_mlp,
    .traits =
        MODEL_LEARNS_ITEMS | MODEL_RANDOM | MODEL_TRAINED | MODEL_READS_TEXT | MODEL_INTEGRATES,
    .create = create,
    .fit = neumf_model_fit,
    .score = neumf_model_score,
    .tensors = neumf_model_tensors,
    .attach = neumf_model_attach,
    .explain = neumf_explain,
    .update = neumf_model_update,
    .suggest = neumf_model_suggest,
};

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    return neumf_model_create(out, &model_mlp, NEUMF_MLP_ONLY, settings, error);
}
