/* neumf_model.h: what GMF, MLP and NeuMF have in common as models: everything. gmf.c, mlp.c and
 * neumf.c name the parts that they use and their settings. */
#ifndef MATINEE_MODELS_NEURAL_NEUMF_MODEL_H
#define MATINEE_MODELS_NEURAL_NEUMF_MODEL_H

#include "models/model.h"
#include "models/neural/neumf_network.h"
#include "models/neural/neumf_score.h"
#include "models/neural/neumf_step.h"
#include "models/trainer.h"

enum neumf_mode { NEUMF_GMF_ONLY, NEUMF_MLP_ONLY, NEUMF_BOTH };
#define NEUMF_MODES "gmf|mlp|neumf"

enum neumf_dropout_schedule { NEUMF_DROPOUT_CONSTANT, NEUMF_DROPOUT_RISE, NEUMF_DROPOUT_FALL };
#define NEUMF_DROPOUT_SCHEDULES "constant|rise|fall"

/* Training the two parts first, each by itself, and joining them: one of the two ways, or neither.
 */
struct neumf_pretraining {
    bool wanted;                     /* train them here */
    const char *gmf_file, *mlp_file; /* or take these model files; NULL: none */
    uint32_t gmf_epochs, mlp_epochs; /* 0: as many as validation likes, at most max_epochs */
    uint32_t max_epochs;
    double rate, alpha;
    enum optimizer_kind optimizer;
};

struct neumf_options {
    enum neumf_mode mode;
    struct neumf_shape shape; /* without the counts, which the data give */
    enum neumf_loss loss;
    size_t negative_count;
    enum sampler_strategy strategy;
    double dropout;
    enum neumf_dropout_schedule dropout_schedule;
    double dropout_epochs;               /* the length of a rise or fall */
    double reg_mf, reg_mlp;              /* L2 for each occurrence of a row */
    double intent_dropout, intent_share; /* of the intent tower */
    double deviation;                    /* of the embeddings' starting values */
    struct neumf_pretraining pretraining;
};

struct neumf {
    struct model base;
    struct neumf_options options;
    struct trainer_options trainer;
    struct neumf_network network;
    struct neumf_scorer scorer;
    struct tensor tensors[NEUMF_PARAMETERS_MAX + 2]; /* the parameters, "fold.map", "genres" */
    size_t tensor_count;
    struct tensor *fold_map, *genres; /* among them; genres NULL: not used */
    float *item_vectors;              /* [items][mf_dim], for item_vectors() of GMF */
    uint32_t part_epochs[2]; /* of GMF's and the tower's own trainings; 0: there were none */
};

/* Settings rows that the three tables are made of (neumf_settings.c). */
extern const struct setting_spec neumf_settings_gmf[], neumf_settings_mlp[], neumf_settings_neumf[];

/* Reads model.* of the model with that mode. The texts live in the arena. */
enum status neumf_settings_read(struct neumf_options *options, enum neumf_mode mode,
                                const struct settings *settings, struct arena *arena,
                                struct error *error);

/* The functions of struct model_ops. */
enum status neumf_model_create(struct model **out, const struct model_ops *ops,
                               enum neumf_mode mode, const struct settings *settings,
                               struct error *error);
enum status neumf_model_fit(struct model *model, const struct fit_input *input,
                            struct error *error);
/* Goes on as models/update_rows.h says. Error: a model with an intent tower. */
enum status neumf_model_update(struct model **out, const struct model *model,
                               const struct model_events *events, struct error *error);
void neumf_model_score(const struct model *model, const struct query *queries, size_t query_count,
                       const uint32_t *items, size_t item_count, float *scores);
size_t neumf_model_tensors(struct model *model, struct tensor **list);
enum status neumf_model_attach(struct model *model, struct error *error);
const float *neumf_model_item_vectors(const struct model *model, size_t *dimension,
                                      enum vector_metric *metric);
void neumf_model_query_vectors(const struct model *model, const struct query *queries,
                               size_t query_count, float *vectors);
void neumf_explain(const struct model *model, const struct query *query, uint32_t item,
                   float *shares);
void neumf_model_suggest(struct settings *settings, const struct interactions *train);

/* Network and tensor slots from the options: the rest of create(). */
void neumf_model_prepare(struct neumf *self);
/* For pre-training (neumf_join.c): trains one part by itself, and puts it into the whole. */
enum status neumf_model_train(struct neumf *self, const struct fit_input *input, const char *name,
                              struct error *error);
void neumf_model_shape(struct neumf *self, const struct fit_input *input);
enum status neumf_join(struct neumf *self, const struct fit_input *input, struct error *error);

#endif
