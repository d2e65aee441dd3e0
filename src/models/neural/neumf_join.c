/* neumf_join.c: pre-training of NeuMF (He et al. 2017, section 3.4.1).
 *
 * GMF and the MLP are trained by themselves, or taken from model files; NeuMF starts from their
 * embeddings and layers, and from their output weights as alpha and 1 - alpha parts. What follows
 * is its own training, usually plain SGD: Adam would start without the moments that brought the
 * parts here. */
#include <string.h>

#include "base/assert.h"
#include "models/model_file.h"
#include "models/neural/neumf_model.h"

/* Puts the part's network into the whole's; its output weights count `share`. */
static void put(struct neumf *self, const struct neumf *part, size_t first_output, double share) {
    struct neumf_network *network = &self->network;
    for (size_t i = 0; i < part->network.parameter_count; i++) {
        const struct parameter *from = &part->network.parameters[i];
        if (from == part->network.output || from == part->network.output_bias)
            continue;
        for (size_t j = 0; j < network->parameter_count; j++) {
            struct parameter *to = &network->parameters[j];
            if (strcmp(from->name, to->name) == 0)
                memcpy(to->weight, from->weight, parameter_count(from) * sizeof(real));
        }
    }
    const struct parameter *output = part->network.output;
    for (size_t i = 0; i < output->columns; i++)
        network->output->weight[first_output + i] = (real)share * output->weight[i];
    network->output_bias->weight[0] += (real)share * part->network.output_bias->weight[0];
}

static bool same_shape(const struct neumf *self, const struct neumf *part) {
    for (size_t i = 0; i < part->network.parameter_count; i++) {
        const struct parameter *from = &part->network.parameters[i];
        bool found = from == part->network.output;
        for (size_t j = 0; j < self->network.parameter_count; j++) {
            const struct parameter *to = &self->network.parameters[j];
            found = found || (strcmp(from->name, to->name) == 0 && from->rows == to->rows &&
                              from->columns == to->columns);
        }
        if (!found)
            return false;
    }
    return true;
}

/* Whether the file's model saw nothing that this fit must not see: the same data, and no row that
 * is not among this fit's. While validation is looked at the rows must be the same ones, because
 * the part's own epochs were chosen on what was left out. */
static bool saw_the_same(const struct model_file *file, const struct fit_input *input) {
    const struct interactions *seen = &file->catalogue.interactions, *train = input->train;
    if (memcmp(file->catalogue.checksum, input->data_checksum, sizeof input->data_checksum) != 0 ||
        seen->user_count != train->user_count || seen->item_count != train->item_count ||
        (input->validation && input->validation->count > 0 && seen->count != train->count))
        return false;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    uint32_t *owner = ARENA_ARRAY(scratch, uint32_t, train->item_count);
    bool same = true;
    for (uint32_t user = 0; user < train->user_count && same; user++) {
        struct history mine = interactions_history(train, user);
        struct history theirs = interactions_history(seen, user);
        for (size_t i = 0; i < mine.count; i++)
            owner[mine.items[i]] = user + 1;
        for (size_t i = 0; i < theirs.count; i++)
            same = same && owner[theirs.items[i]] == user + 1;
    }
    arena_reset(scratch, mark);
    return same;
}

/* A part from a model file. */
static enum status put_file(struct neumf *self, const struct fit_input *input, enum neumf_mode mode,
                            struct error *error) {
    struct model_file *file;
    const struct neumf_pretraining *pretraining = &self->options.pretraining;
    bool gmf = mode == NEUMF_GMF_ONLY;
    const char *key = gmf ? "model.pretrain_gmf" : "model.pretrain_mlp";
    const char *path = gmf ? pretraining->gmf_file : pretraining->mlp_file;
    if (model_file_open(&file, path, error) != STATUS_OK)
        return error_prefix(error, "%s", key);
    const struct neumf *part = (const struct neumf *)file->model;
    enum status status = STATUS_OK;
    /* Who scores as this model does is a struct neumf. */
    if (file->model->ops->score != self->base.ops->score)
        status = error_set(error, STATUS_BAD_INPUT, "%s: %s: expected a model gmf or mlp, found %s",
                           key, path, file->model->ops->name);
    else if (part->options.mode != mode || !same_shape(self, part))
        status = error_set(error, STATUS_BAD_INPUT,
                           "%s: %s: its users, items, layers or widths differ from this model's: "
                           "train it on the same data with the same model.* settings",
                           key, path);
    else if (!saw_the_same(file, input))
        status = error_set(error, STATUS_BAD_INPUT,
                           "%s: %s: was fitted on %s of another split or of other data: expected "
                           "the training rows of this fit; train it with the same data.* settings "
                           "and trainer.refit=false",
                           key, path, file->fitted_on);
    else
        put(self, part, gmf ? 0 : self->network.shape.mf_dim,
            gmf ? pretraining->alpha : 1 - pretraining->alpha);
    model_file_close(file);
    return status;
}

/* The part as a model of its own, with the whole's settings and those of its own training. */
static struct neumf *make_part(const struct neumf *self, enum neumf_mode mode) {
    const struct neumf_pretraining *pretraining = &self->options.pretraining;
    struct neumf *part = model_allocate(self->base.ops, sizeof *part);
    part->options = self->options;
    part->options.mode = mode;
    part->options.pretraining = (struct neumf_pretraining){0};
    part->trainer = self->trainer;
    uint32_t epochs = mode == NEUMF_GMF_ONLY ? pretraining->gmf_epochs : pretraining->mlp_epochs;
    part->trainer.max_epochs = epochs ? epochs : pretraining->max_epochs;
    part->trainer.schedule.rate = pretraining->rate;
    part->trainer.schedule.epochs = pretraining->max_epochs;
    part->trainer.optimizer.kind = pretraining->optimizer;
    struct neumf_shape *shape = &part->options.shape;
    if (mode == NEUMF_GMF_ONLY)
        *shape =
            (struct neumf_shape){.mf_dim = shape->mf_dim, .fixed_weights = shape->fixed_weights};
    else
        shape->mf_dim = 0;
    neumf_model_prepare(part);
    return part;
}

/* Trains one part and puts it into the whole; *epochs is where it was best. */
static enum status put_trained(struct neumf *self, const struct fit_input *input,
                               enum neumf_mode mode, uint32_t *epochs, struct error *error) {
    bool gmf = mode == NEUMF_GMF_ONLY;
    struct neumf *part = make_part(self, mode);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct fit_input own = *input;
    own.norms_done = NULL;
    own.epoch_done = NULL; /* the epochs of a part are not those of the whole */
    if (input->checkpoint_path)
        own.checkpoint_path =
            arena_format(scratch, "%s-%s", input->checkpoint_path, gmf ? "gmf" : "mlp");
    neumf_model_shape(part, &own);
    enum status status =
        neumf_model_train(part, &own, gmf ? "gmf (pre-training)" : "mlp (pre-training)", error);
    if (status == STATUS_OK) {
        *epochs = part->base.report.best_epoch;
        put(self, part, gmf ? 0 : self->network.shape.mf_dim,
            gmf ? self->options.pretraining.alpha : 1 - self->options.pretraining.alpha);
    }
    arena_reset(scratch, mark);
    model_destroy(&part->base);
    return status;
}

enum status neumf_join(struct neumf *self, const struct fit_input *input, struct error *error) {
    const struct neumf_pretraining *pretraining = &self->options.pretraining;
    self->network.output_bias->weight[0] = 0;
    if (pretraining->gmf_file) {
        TRY(put_file(self, input, NEUMF_GMF_ONLY, error));
        return put_file(self, input, NEUMF_MLP_ONLY, error);
    }
    uint32_t gmf_epochs, mlp_epochs;
    TRY(put_trained(self, input, NEUMF_GMF_ONLY, &gmf_epochs, error));
    TRY(put_trained(self, input, NEUMF_MLP_ONLY, &mlp_epochs, error));
    self->part_epochs[0] = gmf_epochs;
    self->part_epochs[1] = mlp_epochs;
    return STATUS_OK;
}
