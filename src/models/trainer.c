/* trainer.c: the training loop. See trainer.h.
 *
 * An epoch is worked off in chunks of groups (trainer_batches.c); a chunk in steps; a step in
 * micro-batches whose gradients the model adds up, then the optimiser's update, shared out in
 * blocks of dense rows and shares of embedding slots. Cancelling is looked at between chunks, so
 * what a checkpoint saves is a whole number of them. */
#include "models/trainer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/digest.h"
#include "base/parallel.h"
#include "kernels/kernels.h"
#include "models/trainer_batches.h"
#include "models/trainer_checkpoint.h"

#define UPDATE_ELEMENTS 4096 /* of a dense parameter in one block */
#define UPDATE_SHARES 4      /* of an embedding's slots */
#define AUTO_ROWS 2048
#define AUTO_BYTES ((size_t)64 << 20)
#define PATH_BYTES 4096
#define EXPLOSION 1000  /* times the loss of the first epoch */
#define LOSS_LEAST 1e-3 /* a first epoch's loss is taken to be no smaller */

/* A block of one parameter: dense rows begin ... end, or share `begin` of `end` shares. */
struct unit {
    struct parameter *parameter;
    size_t begin, end;
};

struct trainer {
    const struct trainer_options *options;
    const struct trainee *trainee;
    const struct fit_input *input;
    struct arena arena;                         /* of the fit */
    struct trainer_batches batches, validation; /* validation: where its loss is watched */
    struct trainer_state state;
    const char *digests[2]; /* of the rows of train and of validation, as text */
    struct unit *units;
    size_t unit_count;
    double *unit_sums;                 /* [unit_count] squared norms */
    double gradient_scale, step_scale; /* of the step that is being applied */
    double samples_per_epoch;
};

/* ---- one step ------------------------------------------------------------------------------- */

static struct parallel_range unit_range(const struct unit *unit) {
    if (!unit->parameter->index)
        return (struct parallel_range){unit->begin, unit->end};
    return parallel_range(unit->parameter->index->slot_count, unit->end, unit->begin);
}

static void square_unit(void *context, size_t shard) {
    struct trainer *trainer = context;
    const struct unit *unit = &trainer->units[shard];
    struct parallel_range range = unit_range(unit);
    size_t columns = unit->parameter->columns;
    double total = 0;
    for (size_t i = range.begin * columns; i < range.end * columns; i++)
        total += (double)unit->parameter->gradient[i] * (double)unit->parameter->gradient[i];
    trainer->unit_sums[shard] = total;
}

static void update_unit(void *context, size_t shard) {
    struct trainer *trainer = context;
    const struct unit *unit = &trainer->units[shard];
    struct parallel_range range = unit_range(unit);
    if (range.begin < range.end)
        optimizer_update(&trainer->state.optimizer, unit->parameter,
                         &(struct optimizer_range){range.begin, range.end, trainer->gradient_scale,
                                                   trainer->step_scale});
}

static void flush_unit(void *context, size_t shard) {
    struct trainer *trainer = context;
    const struct unit *unit = &trainer->units[shard];
    if (!unit->parameter->done)
        return;
    struct parallel_range range = parallel_range(unit->parameter->rows, unit->end, unit->begin);
    optimizer_flush(&trainer->state.optimizer, unit->parameter, range.begin, range.end);
}

static void clip(struct trainer *trainer) {
    trainer->gradient_scale = 1;
    if (trainer->options->clip_norm <= 0)
        return;
    parallel_for(trainer->unit_count, square_unit, trainer);
    double total = 0;
    for (size_t i = 0; i < trainer->unit_count; i++)
        total += trainer->unit_sums[i];
    double norm = sqrt(total);
    if (norm > trainer->options->clip_norm)
        trainer->gradient_scale = trainer->options->clip_norm / norm;
}

/* Groups first ... first + count of the chunk: one step of the optimiser. */
static double step(struct trainer *trainer, size_t first, size_t count) {
    const struct trainee *trainee = trainer->trainee;
    struct trainer_state *state = &trainer->state;
    double loss = 0;
    uint64_t number = state->optimizer.step + 1;
    trainer->step_scale = 1 / (double)(count * (1 + trainee->negative_count));
    for (size_t done = 0; done < count; done += trainee->group_max) {
        size_t size = count - done < trainee->group_max ? count - done : trainee->group_max;
        struct batch batch = trainer_batches_take(&trainer->batches, first + done, size);
        batch.scale = trainer->step_scale;
        batch.seed = trainer->input->seed;
        batch.stream = trainer_batches_stream(TRAINER_DROPOUT, state->epoch,
                                              trainer->batches.begin + first + done);
        loss += trainee->gradient(trainee->context, &batch, done == 0);
    }
    clip(trainer);
    double rate = schedule_rate(&state->schedule, state->epoch, number);
    if (rate != state->optimizer.rate && state->optimizer.step > 0)
        parallel_for(trainer->unit_count, flush_unit, trainer);
    optimizer_begin(&state->optimizer, rate);
    parallel_for(trainer->unit_count, update_unit, trainer);
    return loss;
}

/* ---- one epoch ------------------------------------------------------------------------------ */

static bool cancelled(const struct trainer *trainer) {
    return trainer->input->cancel && atomic_load(trainer->input->cancel);
}

static size_t step_groups(const struct trainer *trainer) {
    return trainer->trainee->group_max * trainer->options->accumulate;
}

static void show(const struct trainer *trainer) {
    const struct trainer_state *state = &trainer->state;
    struct progress *progress = trainer->input->progress;
    double done = (double)state->position / (double)trainer->batches.count;
    double rows = (double)state->position * (double)(1 + trainer->trainee->negative_count);
    if (isnan(state->best_value))
        progress_note(progress, "epoch %u  loss %.4f", state->epoch,
                      rows > 0 ? state->loss / rows : 0.0);
    else
        progress_note(progress, "epoch %u  loss %.4f  best %s %.4f (epoch %u)", state->epoch,
                      rows > 0 ? state->loss / rows : 0.0,
                      trainer->options->watch_loss ? "-val_loss" : trainer->input->measure_name,
                      state->best_value, state->best_epoch);
    progress_update(progress, (state->epoch - 1 + done) * trainer->samples_per_epoch);
}

/* `what` happened to the loss; the text says where, and what to try. */
static enum status diverged(const struct trainer *trainer, const char *what, struct error *error) {
    const struct trainer_state *state = &trainer->state;
    double rate = trainer->options->schedule.rate;
    return error_set(error, STATUS_BAD_INPUT,
                     "%s: the loss %s in epoch %u, step %llu: the training diverged; try "
                     "trainer.learning_rate=%g (now %g)%s or a larger trainer.batch_size",
                     trainer->trainee->name, what, state->epoch,
                     (unsigned long long)state->optimizer.step, rate / 10, rate,
                     trainer->options->clip_norm > 0 ? "" : ", trainer.gradient_clip.enabled=true");
}

static enum status run_whole_epoch(struct trainer *trainer, struct error *error) {
    struct trainer_state *state = &trainer->state;
    if (cancelled(trainer))
        return STATUS_CANCELLED;
    double started = progress_clock();
    double rate = schedule_rate(&state->schedule, state->epoch, state->optimizer.step + 1);
    optimizer_begin(&state->optimizer, rate);
    state->loss = trainer->trainee->whole_epoch(trainer->trainee->context, state->epoch, rate);
    state->position = trainer->batches.count;
    state->seconds += progress_clock() - started;
    show(trainer);
    return isfinite(state->loss) ? STATUS_OK : diverged(trainer, "is no longer a number", error);
}

/* Works off what is left of the epoch; STATUS_CANCELLED between two chunks. */
static enum status run_epoch(struct trainer *trainer, struct error *error) {
    struct trainer_state *state = &trainer->state;
    if (trainer->trainee->whole_epoch)
        return run_whole_epoch(trainer, error);
    size_t groups = step_groups(trainer);
    trainer_batches_shuffle(&trainer->batches, state->epoch);
    while (state->position < trainer->batches.count) {
        if (cancelled(trainer))
            return STATUS_CANCELLED;
        double started = progress_clock();
        trainer_batches_fill(&trainer->batches, state->position);
        for (size_t first = 0; first < trainer->batches.size; first += groups) {
            size_t left = trainer->batches.size - first;
            state->loss += step(trainer, first, left < groups ? left : groups);
            if (!isfinite(state->loss))
                return diverged(trainer, "is no longer a number", error);
        }
        state->position += trainer->batches.size;
        state->seconds += progress_clock() - started;
        show(trainer);
    }
    return STATUS_OK;
}

/* The loss on validation rows, each with negatives that are the same every time. */
static double validation_loss(struct trainer *trainer) {
    const struct trainee *trainee = trainer->trainee;
    struct trainer_batches *batches = &trainer->validation;
    double total = 0;
    for (size_t begin = 0; begin < batches->count; begin += batches->size) {
        trainer_batches_fill(batches, begin);
        for (size_t first = 0; first < batches->size; first += trainee->group_max) {
            size_t left = batches->size - first;
            struct batch batch = trainer_batches_take(
                batches, first, left < trainee->group_max ? left : trainee->group_max);
            batch.scale = 1;
            total += trainee->loss(trainee->context, &batch);
        }
    }
    return total / ((double)batches->count * (double)(1 + trainee->negative_count));
}

static bool measures(const struct trainer *trainer) {
    if (trainer->options->watch_loss)
        return trainer->trainee->loss && trainer->input->validation &&
               trainer->input->validation->count > 0;
    return trainer->input->measure != NULL;
}

static void keep_best(struct trainer *trainer) {
    const struct trainee *trainee = trainer->trainee;
    for (size_t i = 0; i < trainee->parameter_count; i++)
        memcpy(trainer->state.best[i], trainee->parameters[i].weight,
               parameter_count(&trainee->parameters[i]) * sizeof(real));
}

/* *value is what is watched, so that larger is better; NaN in epochs without a measurement. */
static enum status measure(struct trainer *trainer, uint32_t epoch, double *out,
                           struct error *error) {
    struct trainer_state *state = &trainer->state;
    bool due =
        epoch % trainer->options->measure_every == 0 || epoch == trainer->options->max_epochs;
    *out = NAN;
    if (!due || !measures(trainer))
        return STATUS_OK;
    const struct trainee *trainee = trainer->trainee;
    if (trainee->ready)
        trainee->ready(trainee->context);
    double value = trainer->options->watch_loss
                       ? -validation_loss(trainer)
                       : trainer->input->measure(trainer->input->measure_context, trainee->model);
    if (isnan(value))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: %s on validation is not a number in epoch %u, so no epoch can be "
                         "chosen by it; watch another trainer.early_stopping.monitor",
                         trainee->name,
                         trainer->options->watch_loss ? "the loss" : trainer->input->measure_name,
                         epoch);
    if (isnan(state->best_value) || value > state->best_value + trainer->options->min_delta) {
        state->best_value = value;
        state->best_epoch = epoch;
        state->waiting = 0;
        keep_best(trainer);
    } else {
        state->waiting++;
    }
    *out = value;
    return STATUS_OK;
}

/* The sum of squares of the units of a parameter, which stand one behind another. */
static double gradient_squares(const struct trainer *trainer, const struct parameter *parameter) {
    double total = 0;
    for (size_t i = 0; i < trainer->unit_count; i++)
        if (trainer->units[i].parameter == parameter)
            total += trainer->unit_sums[i];
    return total;
}

/* While the last step's gradients are still there: a measurement may use their room. */
static void tell_norms(struct trainer *trainer) {
    const struct trainee *trainee = trainer->trainee;
    if (!trainer->input->norms_done)
        return;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct epoch_norm *norms = ARENA_ARRAY(scratch, struct epoch_norm, trainee->parameter_count);
    bool has_gradients = !trainee->whole_epoch;
    if (has_gradients)
        parallel_for(trainer->unit_count, square_unit, trainer);
    for (size_t p = 0; p < trainee->parameter_count; p++) {
        const struct parameter *parameter = &trainee->parameters[p];
        double total = 0;
        for (size_t i = 0; i < parameter_count(parameter); i++)
            total += (double)parameter->weight[i] * (double)parameter->weight[i];
        norms[p] = (struct epoch_norm){parameter->name, sqrt(total),
                                       has_gradients ? sqrt(gradient_squares(trainer, parameter))
                                                     : (double)NAN};
    }
    trainer->input->norms_done(trainer->input->epoch_context, trainer->state.epoch, norms,
                               trainee->parameter_count);
    arena_reset(scratch, mark);
}

static enum status end_epoch(struct trainer *trainer, struct error *error) {
    struct trainer_state *state = &trainer->state;
    parallel_for(trainer->unit_count, flush_unit, trainer);
    tell_norms(trainer);
    double rows = (double)trainer->batches.count * (double)(1 + trainer->trainee->negative_count);
    double started = progress_clock(), value;
    TRY(measure(trainer, state->epoch, &value, error));
    struct epoch_record *record = &state->records[state->epoch - 1];
    *record = (struct epoch_record){
        .epoch = state->epoch,
        .loss = state->loss / rows,
        .validation = trainer->options->watch_loss ? -value : value,
        .seconds = state->seconds + progress_clock() - started,
    };
    if (record->loss > EXPLOSION * fmax(state->records[0].loss, LOSS_LEAST))
        return diverged(trainer, "exploded", error);
    if (state->schedule.minimize)
        schedule_observe(&state->schedule, state->epoch, record->loss);
    else if (!isnan(value))
        schedule_observe(&state->schedule, state->epoch, value);
    if (trainer->trainee->hook.after_epoch)
        trainer->trainee->hook.after_epoch(trainer->trainee->hook.context, record);
    if (trainer->input->epoch_done)
        trainer->input->epoch_done(trainer->input->epoch_context, record);
    state->epoch++;
    state->position = 0;
    state->loss = 0;
    state->seconds = 0;
    return STATUS_OK;
}

/* ---- the whole training --------------------------------------------------------------------- */

static struct trainer_checkpoint checkpoint_of(struct trainer *trainer, const char *path) {
    return (struct trainer_checkpoint){.path = path,
                                       .trainee = trainer->trainee,
                                       .input = trainer->input,
                                       .settings_digest = trainer->options->digest,
                                       .train = trainer->digests[0],
                                       .validation = trainer->digests[1],
                                       .state = &trainer->state,
                                       .max_epochs = trainer->options->max_epochs};
}

static bool saves(const struct trainer *trainer) {
    return trainer->options->checkpoint && trainer->input->checkpoint_path;
}

static enum status save_last(struct trainer *trainer, struct error *error) {
    if (!saves(trainer) || !trainer->options->checkpoint_last)
        return STATUS_OK;
    struct trainer_checkpoint last = checkpoint_of(trainer, trainer->input->checkpoint_path);
    return trainer_checkpoint_save(&last, error);
}

/* The epochs measured so far that are better than `value`. */
static uint32_t better_epochs(const struct trainer *trainer, double value) {
    uint32_t count = 0;
    for (uint32_t i = 0; i + 1 < trainer->state.epoch; i++)
        count += trainer->state.records[i].validation > value;
    return count;
}

/* Keeps PATH-epochN for the best epochs, and removes the one that falls out of them. */
static enum status save_best(struct trainer *trainer, struct error *error) {
    const struct trainer_state *state = &trainer->state;
    const struct epoch_record *latest = &state->records[state->epoch - 2];
    uint32_t kept = trainer->options->checkpoint_best;
    if (!saves(trainer) || kept == 0 || trainer->options->watch_loss || isnan(latest->validation) ||
        better_epochs(trainer, latest->validation) >= kept)
        return STATUS_OK;
    char path[PATH_BYTES];
    for (uint32_t i = 0; i + 2 < state->epoch; i++)
        if (better_epochs(trainer, state->records[i].validation) == kept) {
            snprintf(path, sizeof path, "%s-epoch%u", trainer->input->checkpoint_path, i + 1);
            unlink(path);
        }
    snprintf(path, sizeof path, "%s-epoch%u", trainer->input->checkpoint_path, latest->epoch);
    struct trainer_checkpoint best = checkpoint_of(trainer, path);
    return trainer_checkpoint_save(&best, error);
}

static enum status resume(struct trainer *trainer, struct error *error) {
    if (!trainer->input->resume || !trainer->input->checkpoint_path)
        return STATUS_OK;
    struct trainer_checkpoint last = checkpoint_of(trainer, trainer->input->checkpoint_path);
    struct error problem;
    enum status status = trainer_checkpoint_load(&last, &problem);
    if (status == STATUS_NOT_FOUND) {
        progress_line(trainer->input->progress, "%s: no checkpoint %s; beginning with epoch 1",
                      trainer->trainee->name, last.path);
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return error_set(error, status, "%s", problem.text);
    progress_line(trainer->input->progress, "%s: going on from %s in epoch %u",
                  trainer->trainee->name, last.path, trainer->state.epoch);
    return STATUS_OK;
}

static enum status stop_here(struct trainer *trainer, struct error *error) {
    if (!saves(trainer))
        return error_set(error, STATUS_CANCELLED,
                         "%s: stopped in epoch %u; nothing was saved, as no checkpoint file was "
                         "asked for",
                         trainer->trainee->name, trainer->state.epoch);
    struct trainer_checkpoint last = checkpoint_of(trainer, trainer->input->checkpoint_path);
    TRY(trainer_checkpoint_save(&last, error));
    return error_set(error, STATUS_CANCELLED,
                     "%s: stopped in epoch %u; saved to %s: the same command with --resume goes on "
                     "from there",
                     trainer->trainee->name, trainer->state.epoch, last.path);
}

static bool wants_more(const struct trainer *trainer) {
    const struct trainer_state *state = &trainer->state;
    if (state->epoch > trainer->options->max_epochs)
        return false;
    return !trainer->options->stop_early || state->waiting == 0 ||
           state->waiting < trainer->options->patience;
}

static enum status run(struct trainer *trainer, struct error *error) {
    struct trainer_state *state = &trainer->state;
    const struct trainer_hook *hook = &trainer->trainee->hook;
    while (wants_more(trainer)) {
        if (hook->before_epoch)
            hook->before_epoch(hook->context, state->epoch, trainer->options->max_epochs);
        enum status status = run_epoch(trainer, error);
        if (status == STATUS_CANCELLED)
            return stop_here(trainer, error);
        TRY(status);
        TRY(end_epoch(trainer, error));
        TRY(save_best(trainer, error));
        TRY(save_last(trainer, error));
    }
    return STATUS_OK;
}

/* Rows of a dense parameter that are updated as one. */
static size_t unit_rows(const struct parameter *parameter) {
    return parameter->columns < UPDATE_ELEMENTS ? UPDATE_ELEMENTS / parameter->columns : 1;
}

static void list_units(struct trainer *trainer) {
    const struct trainee *trainee = trainer->trainee;
    size_t count = 0;
    for (size_t i = 0; i < trainee->parameter_count; i++) {
        const struct parameter *parameter = &trainee->parameters[i];
        count += parameter->index ? UPDATE_SHARES : parameter->rows / unit_rows(parameter) + 1;
    }
    trainer->units = ARENA_ARRAY(&trainer->arena, struct unit, count);
    trainer->unit_sums = ARENA_ARRAY(&trainer->arena, double, count);
    for (size_t i = 0; i < trainee->parameter_count; i++) {
        struct parameter *parameter = &trainee->parameters[i];
        for (size_t share = 0; parameter->index && share < UPDATE_SHARES; share++)
            trainer->units[trainer->unit_count++] = (struct unit){parameter, share, UPDATE_SHARES};
        size_t rows = unit_rows(parameter);
        for (size_t row = 0; !parameter->index && row < parameter->rows; row += rows)
            trainer->units[trainer->unit_count++] = (struct unit){
                parameter, row, row + rows < parameter->rows ? row + rows : parameter->rows};
    }
    ASSERT(trainer->unit_count <= count);
}

/* What ties a checkpoint to this split. */
static void digest_rows(struct trainer *trainer) {
    const struct interactions *parts[] = {trainer->input->train, trainer->input->validation};
    for (size_t i = 0; i < 2; i++) {
        uint8_t sum[DIGEST_SHA256_BYTES];
        char text[DIGEST_TEXT_BYTES] = "none";
        if (parts[i]) {
            interactions_digest(parts[i], sum);
            digest_text(sum, sizeof sum, text);
        }
        trainer->digests[i] = arena_copy(&trainer->arena, text);
    }
}

static void begin(struct trainer *trainer) {
    const struct trainee *trainee = trainer->trainee;
    struct trainer_state *state = &trainer->state;
    struct arena *arena = &trainer->arena;
    *state = (struct trainer_state){
        .epoch = 1,
        .best_value = NAN,
        .records =
            ARENA_ARRAY(&trainee->model->arena, struct epoch_record, trainer->options->max_epochs),
        .optimizer = trainer->options->optimizer,
        .schedule = trainer->options->schedule,
    };
    for (size_t i = 0; i < trainee->parameter_count && !trainee->whole_epoch; i++)
        optimizer_prepare(&state->optimizer, &trainee->parameters[i], arena);
    if (measures(trainer)) {
        state->best = ARENA_ARRAY(arena, real *, trainee->parameter_count);
        for (size_t i = 0; i < trainee->parameter_count; i++)
            state->best[i] = ARENA_ARRAY_RAW(arena, real, parameter_count(&trainee->parameters[i]));
    }
    if (trainee->whole_epoch)
        trainer->batches.count = trainee->epoch_groups;
    else
        trainer_batches_init(&trainer->batches, trainee, trainer->input, step_groups(trainer),
                             arena);
    if (trainer->options->watch_loss && measures(trainer))
        trainer_batches_init_validation(&trainer->validation, trainee, trainer->input, arena);
    if (trainer->input->checkpoint_path)
        digest_rows(trainer);
    list_units(trainer);
    trainer->samples_per_epoch =
        (double)trainer->batches.count * (double)(1 + trainee->negative_count);
}

/* "4 negatives each positive" */
static const char *negatives_words(const struct trainee *trainee, struct arena *arena) {
    if (trainee->negatives)
        return trainee->negatives;
    return trainee->negative_count > 0
               ? arena_format(arena, "%zu negatives each positive", trainee->negative_count)
               : "no negatives";
}

static void summarize(const struct trainer *trainer) {
    static const char *const optimizers[] = {"adam", "adamw", "adagrad", "sgd"};
    const struct trainer_options *options = trainer->options;
    const struct interactions *train = trainer->input->train;
    size_t count = 0;
    for (size_t i = 0; i < trainer->trainee->parameter_count; i++)
        count += parameter_count(&trainer->trainee->parameters[i]);
    if (trainer->trainee->whole_epoch) {
        progress_line(trainer->input->progress,
                      "%s: %zu parameters; %u users, %u items, %zu training rows; a step for each "
                      "row, rate %g, at most %u epochs",
                      trainer->trainee->name, count, train->user_count, train->item_count,
                      train->count, options->schedule.rate, options->max_epochs);
        return;
    }
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    progress_line(trainer->input->progress,
                  "%s: %zu parameters; %u users, %u items, %zu training rows; steps of %zu rows "
                  "(%s), %s with %s embedding updates, rate %g, at most %u "
                  "epochs",
                  trainer->trainee->name, count, train->user_count, train->item_count, train->count,
                  step_groups(trainer) * (1 + trainer->trainee->negative_count),
                  negatives_words(trainer->trainee, scratch), optimizers[options->optimizer.kind],
                  options->optimizer.sparse == OPTIMIZER_LAZY ? "lazy" : "dense-equivalent",
                  options->schedule.rate, options->max_epochs);
    arena_reset(scratch, mark);
}

/* The best epoch's weights, where one was measured and stopping is wanted. */
static void restore_best(struct trainer *trainer) {
    const struct trainee *trainee = trainer->trainee;
    const struct trainer_state *state = &trainer->state;
    bool restore = trainer->options->stop_early && !isnan(state->best_value);
    for (size_t i = 0; i < trainee->parameter_count && restore; i++)
        memcpy(trainee->parameters[i].weight, state->best[i],
               parameter_count(&trainee->parameters[i]) * sizeof(real));
    trainee->model->report.best_epoch = restore ? state->best_epoch : state->epoch - 1;
    if (trainee->ready)
        trainee->ready(trainee->context);
}

/* What a refit needs in order to go the same way without validation. */
static void list_choices(struct trainer *trainer) {
    const struct trainer_state *state = &trainer->state;
    const struct schedule *schedule = &state->schedule;
    struct fit_report *report = &trainer->trainee->model->report;
    struct arena *arena = &trainer->trainee->model->arena;
    const char **choices = ARENA_ARRAY(arena, const char *, 5);
    size_t count = 0;
    if (isnan(state->best_value))
        return;
    choices[count++] = arena_format(arena, "trainer.max_epochs=%u", report->best_epoch);
    if (trainer->options->batch_rows == 0 && !trainer->trainee->whole_epoch)
        choices[count++] =
            arena_format(arena, "trainer.batch_size=%zu",
                         trainer->trainee->group_max * (1 + trainer->trainee->negative_count));
    if (schedule->kind == SCHEDULE_COSINE)
        choices[count++] = arena_format(arena, "trainer.scheduler.epochs=%u", schedule->epochs);
    if (schedule->kind == SCHEDULE_PLATEAU) {
        const char *list = "";
        for (uint32_t i = 0; i < schedule->milestone_count; i++)
            if (schedule->milestones[i] < report->best_epoch)
                list =
                    arena_format(arena, "%s%s%u", list, *list ? "," : "", schedule->milestones[i]);
        choices[count++] =
            arena_format(arena, "trainer.scheduler.name=%s", *list ? "step" : "none");
        choices[count++] = arena_format(arena, "trainer.scheduler.milestones=[%s]", list);
    }
    report->choices = choices;
    report->choice_count = count;
}

size_t trainer_group_max(const struct trainer_options *options, const struct fit_input *input,
                         size_t negative_count, size_t row_bytes) {
    size_t width = 1 + negative_count, rows = options->batch_rows;
    if (rows == 0) {
        /* Small data need steps enough to learn from: at least some hundred an epoch. */
        size_t hundredth = input->train->count * width / 256;
        size_t limit = AUTO_BYTES / (row_bytes > 0 ? row_bytes : 1);
        rows = hundredth < AUTO_ROWS ? hundredth : AUTO_ROWS;
        rows = rows < 64 ? 64 : rows;
        rows = rows < limit ? rows : limit;
    }
    size_t groups = rows / width;
    return groups < 1 ? 1 : groups;
}

enum status trainer_fit(const struct trainer_options *options, const struct trainee *trainee,
                        const struct fit_input *input, struct error *error) {
    struct trainer trainer = {.options = options, .trainee = trainee, .input = input};
    begin(&trainer);
    /* One user who has everything leaves nothing to tell apart: the starting weights stay. */
    bool nothing = trainer.batches.count == 0;
    double starting;
    enum status status = resume(&trainer, error);
    if (status == STATUS_OK) {
        summarize(&trainer);
        if (trainee->measure_first && trainer.state.epoch == 1 && trainer.state.position == 0)
            status = measure(&trainer, 0, &starting, error);
        progress_begin(input->progress, trainee->name,
                       trainer.samples_per_epoch * options->max_epochs);
        if (status == STATUS_OK && !nothing)
            status = run(&trainer, error);
        progress_end(input->progress);
    }
    if (status == STATUS_OK) {
        trainee->model->report.epochs = trainer.state.records;
        trainee->model->report.epoch_count = trainer.state.epoch - 1;
        restore_best(&trainer);
        list_choices(&trainer);
    }
    arena_release(&trainer.arena);
    return status;
}
