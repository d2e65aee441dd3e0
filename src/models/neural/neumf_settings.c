/* neumf_settings.c: the settings model.* of GMF, MLP and NeuMF. See neumf_model.h.
 *
 * mlp_layers has two layouts (docs/models.md): with mlp_dim = 0 it is He's, whose first entry is
 * the width of the two embeddings side by side; with mlp_dim > 0 all entries are layers after them.
 */
#include "models/neural/neumf_model.h"

#include <string.h>

/* clang-format off */
#define ROWS_GMF                                                                                   \
    {"model.mf_dim", SETTING_INT, "8", 1, 1024, NULL, "emb_dim_gmf|model.emb_dim_gmf",             \
     "width of the GMF embeddings"},                                                               \
    {"model.reg_mf", SETTING_REAL, "-1", -1, 10, NULL, NULL,                                       \
     "L2 on GMF embedding rows for each sample; -1: trainer.reg_weight"},                          \
    {"model.mf_weights", SETTING_TEXT, "learned", 0, 0, "learned|fixed", NULL,                     \
     "GMF's output weights: learned, or fixed at 1, a plain dot product that L2 holds better"}

#define ROWS_MLP                                                                                   \
    {"model.mlp_dim", SETTING_INT, "0", 0, 1024, NULL, "emb_dim_mlp|model.emb_dim_mlp",            \
     "width of the MLP embeddings; 0: half of the first of mlp_layers"},                           \
    {"model.mlp_layers", SETTING_INT_LIST, "[64,32,16,8]", 1, NEUMF_WIDTH_MAX, NULL, "mlp_layers", \
     "widths of the tower; with mlp_dim 0 the first is its input"},                                \
    {"model.reg_mlp", SETTING_REAL, "-1", -1, 10, NULL, NULL,                                      \
     "L2 on MLP embedding rows for each sample; -1: trainer.reg_weight"},                          \
    {"model.dropout", SETTING_REAL, "0", 0, 0.95, NULL, "dropout",                                 \
     "share of a hidden layer that is dropped while training"},                                    \
    {"model.dropout_schedule", SETTING_TEXT, "constant", 0, 0, NEUMF_DROPOUT_SCHEDULES, NULL,      \
     "dropout over the epochs: rise from 0, or fall to 0"},                                        \
    {"model.dropout_epochs", SETTING_INT, "10", 1, 100000, NULL, NULL,                             \
     "epochs that a rise or fall takes"},                                                          \
    {"model.genre_dim", SETTING_INT, "0", 0, 1024, NULL, "genre_proj_dim|model.genre_proj_dim",    \
     "width of the projected genres at the tower's input; 0: genres are not used"},                \
    {"model.residual", SETTING_BOOL, "false", 0, 0, NULL, NULL, "hidden layers gain their input"}, \
    {"model.attention_heads", SETTING_INT, "0", 0, 64, NULL, NULL,                                 \
     "heads of attention between the two embeddings before the tower; 0: none"},                   \
    {"model.intent_tower", SETTING_BOOL, "false", 0, 0, NULL, NULL,                                \
     "whether a wish's vector comes into the tower, trained with what is written of the items"},   \
    {"model.intent_layers", SETTING_INT_LIST, "[128,64]", 1, NEUMF_WIDTH_MAX, NULL, NULL,          \
     "widths of the two layers that the wish goes through"},                                       \
    {"model.intent_dropout", SETTING_REAL, "0.1", 0, 0.95, NULL, NULL,                             \
     "share of the first of them that is dropped while training"},                                 \
    {"model.intent_share", SETTING_REAL, "0.5", 0, 1, NULL, NULL,                                  \
     "share of the positives that carry their text while training; the others carry none"}

#define ROWS_ALL                                                                                   \
    {"model.loss_type", SETTING_TEXT, "bce", 0, 0, NEUMF_LOSSES, "loss_type",                      \
     "bce: positives against sampled negatives; mse: ratings, scaled to 0 ... 1"},                 \
    {"model.num_negatives", SETTING_INT, "4", 1, 100, NULL,                                        \
     "num_negatives|neg_per_pos|data.negative_samples|data.negative_sampling.num_negatives",       \
     "negatives sampled for each positive in each epoch (bce)"},                                   \
    {"model.negative_sampling", SETTING_TEXT, "uniform", 0, 0, SAMPLER_STRATEGIES,                 \
     "data.negative_sampling.strategy",                                                            \
     "negatives uniformly, or by popularity to the power 0.75"},                                   \
    {"model.init_deviation", SETTING_REAL, "0.01", 1e-6, 1, NULL, NULL,                            \
     "standard deviation of the embeddings' starting values"}

const struct setting_spec neumf_settings_gmf[] = {ROWS_GMF, ROWS_ALL, {0}};
const struct setting_spec neumf_settings_mlp[] = {ROWS_MLP, ROWS_ALL, {0}};
const struct setting_spec neumf_settings_neumf[] = {
    ROWS_GMF,
    ROWS_MLP,
    ROWS_ALL,
    {"model.mode", SETTING_TEXT, "neumf", 0, 0, NEUMF_MODES, NULL,
     "the parts in use: GMF alone, the tower alone, or both"},
    {"model.pretrain", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "train GMF and MLP first, each by itself, and join them"},
    {"model.pretrain_gmf", SETTING_TEXT, "", 0, 0, NULL, NULL,
     "a model file of gmf to start from, in place of training it"},
    {"model.pretrain_mlp", SETTING_TEXT, "", 0, 0, NULL, NULL,
     "a model file of mlp to start from, in place of training it"},
    {"model.pretrain_epochs", SETTING_INT, "20", 1, 100000, NULL, NULL,
     "epochs of each part's own training at most"},
    {"model.pretrain_gmf_epochs", SETTING_INT, "0", 0, 100000, NULL, NULL,
     "epochs of GMF's own training; 0: validation chooses"},
    {"model.pretrain_mlp_epochs", SETTING_INT, "0", 0, 100000, NULL, NULL,
     "epochs of the tower's own training; 0: validation chooses"},
    {"model.pretrain_learning_rate", SETTING_REAL, "0.001", 1e-8, 100, NULL, NULL,
     "learning rate of the parts' own trainings"},
    {"model.pretrain_optimizer", SETTING_TEXT, "adam", 0, 0, OPTIMIZER_KINDS, NULL,
     "optimiser of the parts' own trainings"},
    {"model.alpha", SETTING_REAL, "0.5", 0, 1, NULL, NULL,
     "GMF's share of the output weights when the parts are joined"},
    {0},
};
/* clang-format on */

static enum status read_intent(struct neumf_options *options, const struct settings *settings,
                               struct error *error) {
    struct neumf_shape *shape = &options->shape;
    if (!settings_bool(settings, "model.intent_tower"))
        return STATUS_OK;
    const int64_t *widths;
    const size_t count = settings_int_list(settings, "model.intent_layers", &widths);
    if (count != NEUMF_INTENT_LAYERS)
        return error_set(error, STATUS_BAD_USAGE,
                         "model.intent_layers: expected %d widths, found %zu", NEUMF_INTENT_LAYERS,
                         count);
    if (shape->heads)
        return error_set(error, STATUS_BAD_USAGE,
                         "model.intent_tower=true and model.attention_heads=%zu do not go "
                         "together; leave one out",
                         shape->heads);
    shape->intent_in = 1; /* the data tell */
    for (size_t l = 0; l < NEUMF_INTENT_LAYERS; l++)
        shape->intent_widths[l] = (size_t)widths[l];
    options->intent_dropout = settings_real(settings, "model.intent_dropout");
    options->intent_share = settings_real(settings, "model.intent_share");
    return STATUS_OK;
}

static enum status read_tower(struct neumf_options *options, const struct settings *settings,
                              struct error *error) {
    struct neumf_shape *shape = &options->shape;
    const int64_t *widths;
    size_t count = settings_int_list(settings, "model.mlp_layers", &widths);
    size_t mlp_dim = (size_t)settings_int(settings, "model.mlp_dim");
    bool he = mlp_dim == 0;
    if (count < (he ? 2u : 1u) || count - he > NEUMF_LAYERS_MAX)
        return error_set(error, STATUS_BAD_USAGE,
                         "model.mlp_layers: expected %d to %d widths, found %zu", he ? 2 : 1,
                         NEUMF_LAYERS_MAX + he, count);
    if (he && widths[0] % 2 != 0)
        return error_set(error, STATUS_BAD_USAGE,
                         "model.mlp_layers: with model.mlp_dim=0 the first width is that of two "
                         "embeddings side by side: expected an even number, found %lld",
                         (long long)widths[0]);
    shape->mlp_dim = he ? (size_t)widths[0] / 2 : mlp_dim;
    for (size_t i = he; i < count; i++)
        shape->widths[shape->layer_count++] = (size_t)widths[i];
    shape->genre_dim = (size_t)settings_int(settings, "model.genre_dim");
    shape->residual = settings_bool(settings, "model.residual");
    shape->heads = (size_t)settings_int(settings, "model.attention_heads");
    if (shape->heads && shape->mlp_dim % shape->heads != 0)
        return error_set(error, STATUS_BAD_USAGE,
                         "model.attention_heads: expected a divisor of the embeddings' width %zu, "
                         "found %zu",
                         shape->mlp_dim, shape->heads);
    options->reg_mlp = settings_real(settings, "model.reg_mlp");
    options->dropout = settings_real(settings, "model.dropout");
    options->dropout_schedule =
        (enum neumf_dropout_schedule)settings_choice(settings, "model.dropout_schedule");
    options->dropout_epochs = (double)settings_int(settings, "model.dropout_epochs");
    return read_intent(options, settings, error);
}

static const char *path_or_null(const struct settings *settings, const char *key,
                                struct arena *arena) {
    const char *path = settings_text(settings, key);
    return *path ? arena_copy(arena, path) : NULL;
}

static enum status read_pretraining(struct neumf_pretraining *pretraining,
                                    const struct settings *settings, struct arena *arena,
                                    struct error *error) {
    *pretraining = (struct neumf_pretraining){
        .wanted = settings_bool(settings, "model.pretrain"),
        .gmf_file = path_or_null(settings, "model.pretrain_gmf", arena),
        .mlp_file = path_or_null(settings, "model.pretrain_mlp", arena),
        .gmf_epochs = (uint32_t)settings_int(settings, "model.pretrain_gmf_epochs"),
        .mlp_epochs = (uint32_t)settings_int(settings, "model.pretrain_mlp_epochs"),
        .max_epochs = (uint32_t)settings_int(settings, "model.pretrain_epochs"),
        .rate = settings_real(settings, "model.pretrain_learning_rate"),
        .alpha = settings_real(settings, "model.alpha"),
        .optimizer = (enum optimizer_kind)settings_choice(settings, "model.pretrain_optimizer"),
    };
    if (!pretraining->gmf_file != !pretraining->mlp_file)
        return error_set(error, STATUS_BAD_USAGE,
                         "model.pretrain_gmf and model.pretrain_mlp: expected both files or none, "
                         "found only one");
    return STATUS_OK;
}

enum status neumf_settings_read(struct neumf_options *options, enum neumf_mode mode,
                                const struct settings *settings, struct arena *arena,
                                struct error *error) {
    *options = (struct neumf_options){
        .mode =
            mode == NEUMF_BOTH ? (enum neumf_mode)settings_choice(settings, "model.mode") : mode,
        .loss = (enum neumf_loss)settings_choice(settings, "model.loss_type"),
        .strategy = (enum sampler_strategy)settings_choice(settings, "model.negative_sampling"),
        .deviation = settings_real(settings, "model.init_deviation"),
    };
    if (options->loss == NEUMF_BCE)
        options->negative_count = (size_t)settings_int(settings, "model.num_negatives");
    if (options->mode != NEUMF_MLP_ONLY) {
        options->shape.mf_dim = (size_t)settings_int(settings, "model.mf_dim");
        options->shape.fixed_weights = settings_choice(settings, "model.mf_weights") == 1;
        options->reg_mf = settings_real(settings, "model.reg_mf");
    }
    if (options->mode != NEUMF_GMF_ONLY)
        TRY(read_tower(options, settings, error));
    if (options->mode == NEUMF_BOTH)
        TRY(read_pretraining(&options->pretraining, settings, arena, error));
    return STATUS_OK;
}
