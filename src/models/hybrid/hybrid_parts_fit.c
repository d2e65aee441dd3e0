/* hybrid_parts_fit.c: the parts of a hybrid created and fitted; see hybrid_parts.h.
 *
 * Each part sees what it would see by itself: validation, what is measured on it and a checkpoint
 * of its own (PATH-LABEL) if it is trained by gradients, and train alone if not.
 * A model file takes the place of a fit if it has the same data, the same rows, ratings and
 * settings; else the part is fitted with the file's settings. The same holds for the files of
 * fit_input.trained, which are offered for whatever part they fit. */
#include <string.h>

#include "models/hybrid/hybrid_parts.h"

enum status hybrid_parts_create(struct hybrid_parts *parts, struct error *error) {
    for (size_t p = 0; p < parts->count; p++) {
        struct hybrid_part *part = &parts->list[p];
        if (part->ops->create(&part->model, part->settings, error) != STATUS_OK)
            return error_prefix(error, "part %s", part->label);
    }
    return STATUS_OK;
}

void hybrid_parts_release(struct hybrid_parts *parts) {
    for (size_t p = 0; p < parts->count; p++) {
        struct hybrid_part *part = &parts->list[p];
        if (part->opened)
            model_file_close(part->opened);
        else
            model_destroy(part->model);
        part->model = NULL;
        part->opened = NULL;
    }
}

/* ---- From a file ----------------------------------------------------------------------------- */

static bool same_rows(const struct model_file *file, const struct fit_input *input) {
    const struct interactions *seen = &file->catalogue.interactions, *train = input->train;
    if (memcmp(file->catalogue.checksum, input->data_checksum, sizeof input->data_checksum) != 0 ||
        seen->user_count != train->user_count || seen->item_count != train->item_count ||
        seen->count != train->count)
        return false;
    uint8_t theirs[DIGEST_SHA256_BYTES], ours[DIGEST_SHA256_BYTES];
    interactions_digest(seen, theirs);
    interactions_digest(train, ours);
    return memcmp(theirs, ours, sizeof ours) == 0;
}

/* Whether every setting of the part is the file's; one that the file does not hold was at its
 * default. */
static bool same_settings(const struct hybrid_part *part, const struct model_file *file) {
    struct setting_entry entry;
    for (size_t i = 0; settings_entry(part->settings, i, &entry); i++) {
        const char *theirs = settings_show(file->settings, entry.spec->key);
        if (strncmp(entry.spec->key, "trainer.checkpoint.", 19) != 0 &&
            strcmp(entry.spec->key, "trainer.refit") != 0 &&
            strcmp(entry.spec->key, "trainer.final_fit") != 0 && *entry.value &&
            strcmp(theirs ? theirs : "", entry.value) != 0)
            return false;
    }
    return true;
}

static uint64_t seed_of(const struct hybrid_part *part, const struct fit_input *input) {
    return settings_is_set(part->settings, "seed") ? (uint64_t)settings_int(part->settings, "seed")
                                                   : input->seed;
}

static bool same_seed(const struct hybrid_part *part, const struct model_file *file,
                      const struct fit_input *input) {
    return !(part->model->traits & MODEL_RANDOM) || !settings_knows(file->settings, "seed") ||
           (uint64_t)settings_int(file->settings, "seed") == seed_of(part, input);
}

/* How the file differs from what the part would be fitted to; NULL: not at all. */
static const char *difference(const struct hybrid_part *part, const struct model_file *file,
                              const struct fit_input *input) {
    return file->model->ops != part->ops   ? "is another model"
           : !same_rows(file, input)       ? "was fitted on other rows"
           : !same_settings(part, file)    ? "has other settings"
           : !same_seed(part, file, input) ? "was fitted with another seed"
           : part->model->needs & MODEL_NEEDS_TEXT
               ? "may have read other texts" /* which settings are not the part's to know */
               : NULL;
}

static void take(struct hybrid_part *part, struct model_file *file) {
    model_destroy(part->model);
    part->opened = file;
    part->model = file->model;
}

/* Takes the model from its file, or leaves part->opened NULL and says why. */
static enum status take_file(struct hybrid_part *part, const struct fit_input *input,
                             struct error *error) {
    struct model_file *file;
    if (model_file_open(&file, part->file, error) != STATUS_OK)
        return error_prefix(error, "part %s", part->label);
    const char *differs = difference(part, file, input);
    if (!differs) {
        take(part, file);
        return STATUS_OK;
    }
    progress_line(input->progress, "part %s: %s %s; it is fitted anew", part->label, part->file,
                  differs);
    model_file_close(file);
    return STATUS_OK;
}

/* Takes the model from the first of the files offered that it fits, if there is one. */
static void take_trained(struct hybrid_part *part, const struct fit_input *input) {
    for (size_t i = 0; i < input->trained_count && !part->opened; i++) {
        struct model_file *file;
        struct error ignored; /* what cannot be opened is no offer */
        if (model_file_open(&file, input->trained[i], &ignored) != STATUS_OK)
            continue;
        if (difference(part, file, input)) {
            model_file_close(file);
            continue;
        }
        take(part, file);
        progress_line(input->progress, "part %s: trained already", part->label);
    }
}

/* ---- By itself ------------------------------------------------------------------------------- */

static enum status fit_part(struct hybrid_part *part, const struct fit_input *input,
                            struct error *error) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct fit_input own = *input;
    own.seed = seed_of(part, input);
    if (!(part->model->traits & (MODEL_TRAINED | MODEL_CHOOSES))) {
        own.validation = NULL;
        own.measure = NULL;
    }
    if (input->checkpoint_path)
        own.checkpoint_path = arena_format(scratch, "%s-%s", input->checkpoint_path, part->label);
    double started = progress_clock();
    enum status status = part->ops->fit(part->model, &own, error);
    arena_reset(scratch, mark);
    if (status != STATUS_OK)
        return error_prefix(error, "part %s", part->label);
    progress_line(input->progress, "part %s: fitted in %.1f s", part->label,
                  progress_clock() - started);
    return STATUS_OK;
}

static enum status take_or_fit(struct hybrid_part *part, const struct fit_input *input,
                               enum model_scale scale, struct error *error) {
    if (input->cancel && atomic_load(input->cancel))
        return error_set(error, STATUS_CANCELLED, "hybrid: stopped before its part %s",
                         part->label);
    if (part->file)
        TRY(take_file(part, input, error));
    if (!part->opened)
        take_trained(part, input);
    struct fit_input own = *input;
    if (scale == MODEL_SCALE_RATING && part->model->scale != scale)
        own.measure = NULL;
    return part->opened ? STATUS_OK : fit_part(part, &own, error);
}

/* What gradients train comes first: nothing needs as much memory beside the model itself, and so
 * the others are not there yet. No part sees another, so the order changes nothing else. */
enum status hybrid_parts_fit(struct hybrid_parts *parts, const struct fit_input *input,
                             enum model_scale scale, struct error *error) {
    for (unsigned trained = MODEL_TRAINED, round = 0; round < 2; round++, trained = 0)
        for (size_t p = 0; p < parts->count; p++)
            if ((parts->list[p].ops->traits & MODEL_TRAINED) == trained)
                TRY(take_or_fit(&parts->list[p], input, scale, error));
    return STATUS_OK;
}
