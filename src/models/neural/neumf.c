/* neumf.c: neural matrix factorization: GMF and MLP side by side under one output layer.
 *
 * Idea     score = output . [p_u * q_i, tower(x_u, y_i)] + bias (He et al. 2017, equation 12); the
 *          two parts have embeddings of their own. With model.pretrain=true both are trained first
 *          and joined (neumf_join.c).
 * Cost     those of gmf.c and mlp.c together.
 * Checked  tests/models/check_neumf.c (gradients of every option), tests/models/test_neumf_golden.c
 *          (a PyTorch step), tests/models/test_neumf.c, conformance,
 *          config/recipes/ml-1m-ncf/neumf.yaml and neumf_pretrained.yaml. */
#include "models/neural/neumf_model.h"

static enum status create(struct model **out, const struct settings *settings, struct error *error);

const struct model_ops model_neumf = {
    .name = "neumf",
    .aliases = "ncf",
    .family = "neural",
    .summary = "neural matrix factorization: gmf and mlp under one output layer",
    .source = "He et al., WWW 2017, equation 12",
    .settings = neumf_settings_neumf,
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
    return neumf_model_create(out, &model_neumf, NEUMF_BOTH, settings, error);
}
