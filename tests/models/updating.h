/* updating.h: a model that was fitted, and the same after an update, for tests of updates. */
#ifndef MATINEE_TESTS_MODELS_UPDATING_H
#define MATINEE_TESTS_MODELS_UPDATING_H

#include "models/classic.h"
#include "models/trainer.h"

/* With the settings that the model has for these rows, and `more` ("key=value") if it is given. */
static inline struct model *fitted(const struct model_ops *ops, const struct interactions *train,
                                   const char *more) {
    struct arena arena = {0};
    struct error error;
    struct settings *settings = settings_create(&arena);
    settings_add(settings, ops->settings);
    settings_add(settings, trainer_settings);
    if (ops->suggest)
        ops->suggest(settings, train);
    if (ops->traits & MODEL_TRAINED)
        settings_default(settings, "trainer.max_epochs", "20");
    if (more && settings_set_pair(settings, more, NULL, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    struct progress progress;
    progress_init(&progress, true);
    const struct fit_input input = {.train = train, .seed = 5, .progress = &progress};
    struct model *model = NULL;
    if (ops->create(&model, settings, &error) != STATUS_OK ||
        ops->fit(model, &input, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    arena_release(&arena);
    return model;
}

static inline struct model *updated(const struct model *model, const struct model_events *events) {
    struct error error;
    struct model *after = NULL;
    if (model->ops->update(&after, model, events, &error) != STATUS_OK)
        fail_msg("%s: %s", model->ops->name, error.text);
    return after;
}

#endif
