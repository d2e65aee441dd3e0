/* vae.c: Mult-VAE, a variational autoencoder of whole histories with a multinomial likelihood.
 *
 * Idea     A history, normalised to length 1 and with half of its entries dropped, is encoded as a
 *          normal distribution over a latent vector z; a sample of z is decoded into a softmax over
 *          all items, which shall give the history's items much of its mass. KL divergence from the
 *          unit normal, weighted by beta, holds the distribution; beta rises from 0 to
 *          model.anneal_cap. model.variational=false is Mult-DAE: no distribution, z = tanh(.).
 * Source   Liang et al., "Variational Autoencoders for Collaborative Filtering", WWW 2018,
 *          equations (5) to (8); its settings are the defaults but for the annealing, which counts
 *          epochs, because the paper's 200,000 steps are for data of 100,000 users.
 * Scores   logits of the decoder for z = the mean: higher is better, on no scale of their own.
 * Fold-in  there is nothing else: every user, known or not, is encoded from the history.
 * State    the network's parameters (vae_network.h); no users.
 * Cost     an epoch 6 * users * items * h1 operations (ml-1m: 80 G, 3.5 s of one busy AVX2 core);
 *          score 2 * items * h1 for each query.
 * Traps    Negatives are all other items, so a long tail of items makes this the slowest of the
 *          autoencoders. Batches are of users: trainer.batch_size counts them.
 * Checked  tests/models/check_vae.c (gradients), tests/models/test_vae.c (a numpy step, dropout,
 *          annealing), conformance, config/recipes/ml-1m-ncf/vae.yaml. */
#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "kernels/kernels.h"
#include "models/dot_items.h"
#include "models/model.h"
#include "models/neural/vae_step.h"
#include "models/shares.h"
#include "models/trainer.h"

#define QUERY_BLOCK 32

extern const struct model_ops model_vae;

struct vae {
    struct model base;
    struct trainer_options trainer;
    struct vae_network network;
    double dropout, anneal_cap, anneal_epochs, anneal_steps;
    struct tensor tensors[VAE_PARAMETERS_MAX];
    struct dot_items items; /* the decoder's last layer */
};

static const struct setting_spec settings_table[] = {
    {"model.latent_dim", SETTING_INT, "200", 1, 4096, NULL,
     "latent_dim|latent_dimension|model.latent_dimension", "width of the latent vector"},
    {"model.hidden_dims", SETTING_INT_LIST, "[600]", 1, 8192, NULL,
     "mlp_hidden_size|model.mlp_hidden_size",
     "widths of the encoder; the decoder has them mirrored"},
    {"model.dropout", SETTING_REAL, "0.5", 0, 0.95, NULL, "dropout|dropout_prob|model.dropout_prob",
     "share of the history that is dropped while training"},
    {"model.variational", SETTING_BOOL, "true", 0, 0, NULL, NULL,
     "true: Mult-VAE; false: Mult-DAE, which has neither sampling nor KL"},
    {"model.anneal_cap", SETTING_REAL, "0.2", 0, 10, NULL, "anneal_cap",
     "the largest weight of the KL divergence"},
    {"model.anneal_epochs", SETTING_INT, "50", 0, 100000, NULL, NULL,
     "epochs in which that weight rises from 0 to the cap"},
    {"model.anneal_steps", SETTING_INT, "0", 0, 1e9, NULL,
     "total_anneal_steps|model.total_anneal_steps",
     "as the paper has it, in place of anneal_epochs: the weight is steps / anneal_steps, at most "
     "the cap"},
    {0},
};

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    const int64_t *hidden;
    size_t count = settings_int_list(settings, "model.hidden_dims", &hidden);
    if (count < 1 || count > VAE_HIDDEN_MAX)
        return error_set(error, STATUS_BAD_USAGE,
                         "model.hidden_dims: expected 1 to %d widths, as in [600], found %zu",
                         VAE_HIDDEN_MAX, count);
    struct vae *self = model_allocate(&model_vae, sizeof *self);
    enum status status = trainer_settings_read(&self->trainer, settings, error);
    if (status != STATUS_OK) {
        model_destroy(&self->base);
        return status;
    }
    struct vae_shape shape = {.latent = (size_t)settings_int(settings, "model.latent_dim"),
                              .hidden_count = count,
                              .variational = settings_bool(settings, "model.variational")};
    for (size_t i = 0; i < count; i++)
        shape.hidden[i] = (size_t)hidden[i];
    self->dropout = settings_real(settings, "model.dropout");
    self->anneal_cap = settings_real(settings, "model.anneal_cap");
    self->anneal_epochs = (double)settings_int(settings, "model.anneal_epochs");
    self->anneal_steps = (double)settings_int(settings, "model.anneal_steps");
    vae_network_init(&self->network, &shape);
    for (size_t i = 0; i < self->network.parameter_count; i++)
        self->tensors[i].name = self->network.parameters[i].name;
    *out = &self->base;
    return STATUS_OK;
}

/* ---- fit ------------------------------------------------------------------------------------ */

struct training {
    struct vae *self;
    struct vae_step step;
    double users; /* of an epoch */
};

/* The weight of the KL divergence at a batch: a function of where it stands, so that a training
 * that was stopped goes on with the same one. */
static double kl_weight(const struct training *training, const struct batch *batch) {
    const struct vae *self = training->self;
    double epoch = (double)(batch->stream >> 40 & 0xfffff);
    double done = epoch - 1 + (double)(batch->stream & (((uint64_t)1 << 40) - 1)) / training->users;
    double weight = self->anneal_cap;
    if (self->anneal_steps > 0)
        weight = done * training->users / (double)training->step.options.group_max /
                 (double)self->trainer.accumulate / self->anneal_steps;
    else if (self->anneal_epochs > 0)
        weight = self->anneal_cap * done / self->anneal_epochs;
    return weight < self->anneal_cap ? weight : self->anneal_cap;
}

static double gradient(void *context, const struct batch *batch, bool first) {
    struct training *training = context;
    training->step.dropout = training->self->dropout;
    training->step.kl_weight = kl_weight(training, batch);
    return vae_step_gradient(&training->step, batch, first);
}

static double loss(void *context, const struct batch *batch) {
    struct training *training = context;
    training->step.kl_weight = 0;
    return vae_step_loss(&training->step, batch);
}

static void ready(void *context) {
    struct training *training = context;
    dot_items_refresh(&training->self->items);
}

/* The network of this many items over the tensors; their memory is new or a file's. */
static void shape_network(struct vae *self) {
    struct vae_shape shape = self->network.shape;
    shape.item_count = self->base.item_count;
    vae_network_init(&self->network, &shape);
}

static void bind(struct vae *self) {
    struct vae_network *network = &self->network;
    for (size_t i = 0; i < network->parameter_count; i++)
        network->parameters[i].weight = tensor_floats(&self->tensors[i]);
    dot_items_init(&self->items, network->output->weight, self->base.item_count,
                   network->output->columns, network->output_bias->weight, &self->base.arena);
}

static enum status expect_memory(const struct vae *self, size_t group_max, struct error *error) {
    const struct vae_network *network = &self->network;
    size_t numbers = group_max * vae_step_user_numbers(network);
    for (size_t i = 0; i < network->parameter_count; i++)
        numbers += 5 * network->parameters[i].rows * network->parameters[i].columns;
    return model_expect_memory(numbers * sizeof(float), "training vae",
                               "use smaller model.hidden_dims or trainer.batch_size", error);
}

static enum status train(struct vae *self, const struct fit_input *input, size_t group_max,
                         struct error *error) {
    struct arena arena = {0};
    struct training training = {.self = self};
    for (uint32_t user = 0; user < input->train->user_count; user++)
        training.users += input->train->offsets[user + 1] > input->train->offsets[user];
    vae_step_init(&training.step, &self->network,
                  &(struct vae_step_options){
                      .group_max = group_max, .inputs = input->train, .held = input->validation},
                  &arena);
    struct trainee trainee = {
        .model = &self->base,
        .name = self->network.shape.variational ? "vae" : "vae (DAE)",
        .parameters = self->network.parameters,
        .parameter_count = self->network.parameter_count,
        .unit = TRAINER_USERS,
        .group_max = group_max,
        .context = &training,
        .gradient = gradient,
        .loss = loss,
        .ready = ready,
    };
    enum status status = trainer_fit(&self->trainer, &trainee, input, error);
    arena_release(&arena);
    return status;
}

static enum status fit(struct model *model, const struct fit_input *input, struct error *error) {
    struct vae *self = (struct vae *)model;
    model_describe(model, input->train);
    shape_network(self);
    size_t group_max = trainer_group_max(&self->trainer, input, 0,
                                         vae_step_user_numbers(&self->network) * sizeof(float));
    /* A batch beyond the users there are would only take memory. */
    group_max = group_max < model->user_count ? group_max : model->user_count;
    TRY(expect_memory(self, group_max, error));
    for (size_t i = 0; i < self->network.parameter_count; i++)
        tensor_make(&self->tensors[i], TENSOR_F32, self->network.parameters[i].rows,
                    self->network.parameters[i].columns, &model->arena);
    bind(self);
    struct rng rng;
    rng_init(&rng, input->seed, 0);
    vae_network_randomize(&self->network, &rng);
    enum status status = train(self, input, group_max, error);
    /* Gradients and indices died with the fit. */
    shape_network(self);
    bind(self);
    return status;
}

/* ---- after the fit -------------------------------------------------------------------------- */

static size_t tensors(struct model *model, struct tensor **list) {
    struct vae *self = (struct vae *)model;
    for (size_t i = 0; i < self->network.parameter_count; i++)
        list[i] = &self->tensors[i];
    return self->network.parameter_count;
}

static enum status attach(struct model *model, struct error *error) {
    struct vae *self = (struct vae *)model;
    shape_network(self);
    for (size_t i = 0; i < self->network.parameter_count; i++)
        TRY(model_expect(&self->tensors[i], TENSOR_F32, self->network.parameters[i].rows,
                         self->network.parameters[i].columns, error));
    bind(self);
    return STATUS_OK;
}

/* decoded[count][h1] of at most QUERY_BLOCK histories. */
static void decode(const struct vae *self, const struct query *queries, size_t count,
                   float *decoded) {
    const struct vae_network *network = &self->network;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t width = network->input->columns, latent = network->shape.latent;
    size_t encoded = tower_out(&network->encoder);
    float *hidden = ARENA_ARRAY_RAW(scratch, float, count *width);
    float *codes = ARENA_ARRAY_RAW(scratch, float, count *encoded);
    float *means = ARENA_ARRAY_RAW(scratch, float, count *latent);
    for (size_t q = 0; q < count; q++) {
        const struct history *history = &queries[q].history;
        vae_network_read(network,
                         &(struct vae_input){.count = history->count,
                                             .items = history->items,
                                             .value = 1 / sqrtf((float)history->count)},
                         hidden + q * width);
    }
    tower_apply(&network->encoder, hidden, count, codes);
    for (size_t q = 0; q < count; q++)
        memcpy(means + q * latent, codes + q * encoded, latent * sizeof *means);
    tower_apply(&network->decoder, means, count, decoded);
    arena_reset(scratch, mark);
}

static void score(const struct model *model, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    const struct vae *self = (const struct vae *)model;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *decoded = ARENA_ARRAY_RAW(scratch, float, QUERY_BLOCK * self->items.dimension);
    for (size_t begin = 0; begin < query_count; begin += QUERY_BLOCK) {
        size_t count = query_count - begin < QUERY_BLOCK ? query_count - begin : QUERY_BLOCK;
        decode(self, queries + begin, count, decoded);
        dot_items_score(&self->items,
                        &(struct dot_items_job){.queries = decoded,
                                                .query_count = count,
                                                .items = items,
                                                .item_count = item_count,
                                                .scores = scores + begin * item_count});
    }
    arena_reset(scratch, mark);
}

/* ---- reasons -------------------------------------------------------------------------------- */

/* One item, and room for what is decoded. */
struct asked {
    const struct vae *self;
    uint32_t item;
    float *hidden, *codes, *decoded; /* [h1], [encoded], [h1] */
    float *slope;                    /* [encoded], of which the mean's part has a gradient */
};

/* The score for what enters the encoder's first tanh. */
static double score_at(void *context, const float *entered, float *gradient) {
    const struct asked *asked = context;
    const struct vae_network *network = &asked->self->network;
    const size_t width = network->input->columns, item = asked->item;
    const float *row = network->output->weight + item * width;
    for (size_t k = 0; k < width; k++)
        asked->hidden[k] = tanhf(entered[k]);
    tower_apply(&network->encoder, asked->hidden, 1, asked->codes);
    tower_apply(&network->decoder, asked->codes, 1, asked->decoded);
    if (gradient) {
        tower_slope(&network->decoder, asked->codes, row, asked->slope);
        tower_slope(&network->encoder, asked->hidden, asked->slope, gradient);
        for (size_t k = 0; k < width; k++)
            gradient[k] *= 1 - asked->hidden[k] * asked->hidden[k];
    }
    return (double)kernels()->dot(asked->decoded, row, width) +
           (double)network->output_bias->weight[item];
}

/* Integrated gradients over the input vector, which is of length 1 from its beginning to its end:
 * what is integrated is how much of it has come in. The sum is within 1 % of the score less that of
 * an empty history. */
static void explain(const struct model *model, const struct query *query, uint32_t item,
                    float *shares) {
    const struct vae *self = (const struct vae *)model;
    const struct vae_network *network = &self->network;
    const struct history *history = &query->history;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const size_t width = network->input->columns, encoded = tower_out(&network->encoder);
    const float value = 1 / sqrtf((float)history->count);
    float *to = ARENA_ARRAY_RAW(scratch, float, width);
    float *gradient = ARENA_ARRAY_RAW(scratch, float, width);
    struct asked asked = {.self = self,
                          .item = item,
                          .hidden = ARENA_ARRAY_RAW(scratch, float, width),
                          .codes = ARENA_ARRAY_RAW(scratch, float, encoded),
                          .decoded = ARENA_ARRAY_RAW(scratch, float, width),
                          .slope = ARENA_ARRAY(scratch, float, encoded)};
    memcpy(to, network->input_bias->weight, width * sizeof *to);
    for (size_t h = 0; h < history->count; h++)
        kernels()->axpy(to, value, network->input->weight + history->items[h] * width, width);
    shares_path(&(struct shares_path){width, network->input_bias->weight, to, score_at, &asked},
                gradient);
    for (size_t h = 0; h < history->count; h++)
        shares[h] = value * kernels()->dot(network->input->weight + history->items[h] * width,
                                           gradient, width);
    arena_reset(scratch, mark);
}

/* Found on validation rows of ml-1m: batches of 128 at twice the paper's rate, falling to nothing,
 * learn in 20 epochs what batches of 250 at a constant one do not in 70. The two item tables with
 * what Adam keeps of them are 40 * items * h1 bytes: with tens of thousands of items h1 is what
 * memory allows. */
static void suggest(struct settings *settings, const struct interactions *train) {
    bool tiny = train->count<5000, many_items = train->item_count> 16000;
    bool many_users = train->user_count > 4000;
    const char *const rows[][2] = {
        {"model.hidden_dims", tiny         ? "[64]"
                              : many_items ? "[150]"
                                           : "[600]"},
        {"model.latent_dim", tiny         ? "32"
                             : many_items ? "100"
                                          : "200"},
        {"model.anneal_cap", "0.1"},
        {"model.anneal_epochs", "15"},
        {"trainer.batch_size", many_users ? "128" : "32"},
        {"trainer.learning_rate", "0.002"},
        {"trainer.scheduler.name", "cosine"},
        {"trainer.max_epochs", "40"},
        {"trainer.eval_every_n_epochs", "5"},
        {"trainer.early_stopping.patience", "4"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (settings_knows(settings, rows[i][0]))
            settings_default(settings, rows[i][0], rows[i][1]);
}

const struct model_ops model_vae = {
    .name = "vae",
    .aliases = "mult_vae",
    .family = "neural",
    .summary = "variational autoencoder of histories with a softmax over all items",
    .source = "Liang et al., WWW 2018, equations (5) to (8)",
    .settings = settings_table,
    .traits = MODEL_RANDOM | MODEL_TRAINED | MODEL_INTEGRATES,
    .create = create,
    .fit = fit,
    .score = score,
    .tensors = tensors,
    .attach = attach,
    .explain = explain,
    .suggest = suggest,
};
