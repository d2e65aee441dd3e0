/* trainer_checkpoint.c: see trainer_checkpoint.h. */
#include "models/trainer_checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/files.h"

#define FORMAT "matinee training 2"
#define SLOTS 5 /* tensors of a parameter */
#define EXTRA 3 /* tensors of the loop */

/* The loop's counters, in this order in the tensor "loop". Doubles hold all of them exactly. */
enum counter {
    LOOP_EPOCH,
    LOOP_POSITION,
    LOOP_LOSS,
    LOOP_BEST_VALUE,
    LOOP_BEST_EPOCH,
    LOOP_WAITING,
    LOOP_STEP,
    LOOP_RATE,
    LOOP_PLATEAU_BEST,
    LOOP_PLATEAU_WAITING,
    LOOP_PLATEAU_OBSERVED,
    LOOP_COUNTERS
};

struct content {
    struct tensor *tensors;
    size_t count;
    double *loop;    /* [LOOP_COUNTERS] */
    double *records; /* [epochs][2]: loss, validation; seconds are not kept */
    uint32_t *milestones;
};

static enum tensor_type real_type(void) { return sizeof(real) == 4 ? TENSOR_F32 : TENSOR_F64; }

static void add(struct content *content, const char *name, enum tensor_type type, size_t rows,
                size_t columns, void *data) {
    if (!data)
        return;
    struct tensor *tensor = &content->tensors[content->count++];
    *tensor = (struct tensor){.name = name, .type = type, .rank = columns ? 2 : 1, .data = data};
    tensor->shape[0] = rows;
    tensor->shape[1] = columns;
}

/* Every tensor of the checkpoint, with data in place: what is saved from and loaded into. */
static void describe(struct content *content, const struct trainer_checkpoint *checkpoint,
                     struct arena *arena) {
    const struct trainee *trainee = checkpoint->trainee;
    struct trainer_state *state = checkpoint->state;
    content->tensors = ARENA_ARRAY(arena, struct tensor, trainee->parameter_count * SLOTS + EXTRA);
    for (size_t i = 0; i < trainee->parameter_count; i++) {
        const struct parameter *p = &trainee->parameters[i];
        add(content, p->name, real_type(), p->rows, p->columns, p->weight);
        add(content, arena_format(arena, "%s.first", p->name), real_type(), p->rows, p->columns,
            p->first);
        add(content, arena_format(arena, "%s.second", p->name), real_type(), p->rows, p->columns,
            p->second);
        add(content, arena_format(arena, "%s.done", p->name), TENSOR_U32, p->rows, 0, p->done);
        add(content, arena_format(arena, "%s.best", p->name), real_type(), p->rows, p->columns,
            state->best ? state->best[i] : NULL);
    }
    content->loop = ARENA_ARRAY(arena, double, LOOP_COUNTERS);
    content->records = ARENA_ARRAY(arena, double, (size_t)checkpoint->max_epochs * 2);
    content->milestones = ARENA_ARRAY(arena, uint32_t, SCHEDULE_MILESTONES_MAX + 1);
    add(content, "loop", TENSOR_F64, LOOP_COUNTERS, 0, content->loop);
    add(content, "milestones", TENSOR_U32, SCHEDULE_MILESTONES_MAX + 1, 0, content->milestones);
}

static void gather(struct content *content, const struct trainer_state *state) {
    const double values[LOOP_COUNTERS] = {
        [LOOP_EPOCH] = state->epoch,
        [LOOP_POSITION] = (double)state->position,
        [LOOP_LOSS] = state->loss,
        [LOOP_BEST_VALUE] = state->best_value,
        [LOOP_BEST_EPOCH] = state->best_epoch,
        [LOOP_WAITING] = state->waiting,
        [LOOP_STEP] = (double)state->optimizer.step,
        [LOOP_RATE] = state->optimizer.rate,
        [LOOP_PLATEAU_BEST] = state->schedule.best,
        [LOOP_PLATEAU_WAITING] = state->schedule.waiting,
        [LOOP_PLATEAU_OBSERVED] = state->schedule.observed,
    };
    memcpy(content->loop, values, sizeof values);
    content->milestones[0] = state->schedule.milestone_count;
    memcpy(content->milestones + 1, state->schedule.milestones, sizeof state->schedule.milestones);
    for (uint32_t i = 0; i + 1 < state->epoch; i++) {
        content->records[2 * i] = state->records[i].loss;
        content->records[2 * i + 1] = state->records[i].validation;
    }
}

static void scatter(struct trainer_state *state, const struct content *content) {
    const double *loop = content->loop;
    state->epoch = (uint32_t)loop[LOOP_EPOCH];
    state->position = (size_t)loop[LOOP_POSITION];
    state->loss = loop[LOOP_LOSS];
    state->best_value = loop[LOOP_BEST_VALUE];
    state->best_epoch = (uint32_t)loop[LOOP_BEST_EPOCH];
    state->waiting = (uint32_t)loop[LOOP_WAITING];
    state->optimizer.step = (uint64_t)loop[LOOP_STEP];
    state->optimizer.rate = loop[LOOP_RATE];
    state->schedule.best = loop[LOOP_PLATEAU_BEST];
    state->schedule.waiting = (uint32_t)loop[LOOP_PLATEAU_WAITING];
    state->schedule.observed = loop[LOOP_PLATEAU_OBSERVED] != 0;
    if (state->schedule.kind == SCHEDULE_PLATEAU) {
        state->schedule.milestone_count = content->milestones[0];
        memcpy(state->schedule.milestones, content->milestones + 1,
               sizeof state->schedule.milestones);
    }
    for (uint32_t i = 0; i + 1 < state->epoch; i++)
        state->records[i] = (struct epoch_record){.epoch = i + 1,
                                                  .loss = content->records[2 * i],
                                                  .validation = content->records[2 * i + 1]};
}

#define TIES 8 /* metadata that must be the same */

static void tie(struct tensor_metadata *ties, const struct trainer_checkpoint *checkpoint,
                struct arena *arena) {
    const struct fit_input *input = checkpoint->input;
    const char *watched = input->measure_tie ? input->measure_tie : input->measure_name;
    char *settings = ARENA_ARRAY(arena, char, DIGEST_TEXT_BYTES);
    char *data = ARENA_ARRAY(arena, char, DIGEST_TEXT_BYTES);
    digest_text(checkpoint->settings_digest, DIGEST_SHA256_BYTES, settings);
    digest_text(input->data_checksum, DIGEST_SHA256_BYTES, data);
    const struct tensor_metadata list[TIES] = {
        {"format", FORMAT},
        {"model", checkpoint->trainee->name},
        {"settings", settings},
        {"data", data},
        {"train", checkpoint->train},
        {"validation", checkpoint->validation},
        {"watched", input->measure && watched ? watched : "none"},
        {"seed", arena_format(arena, "%llu", (unsigned long long)input->seed)},
    };
    memcpy(ties, list, sizeof list);
}

enum status trainer_checkpoint_save(const struct trainer_checkpoint *checkpoint,
                                    struct error *error) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct content content = {0};
    struct tensor_metadata ties[TIES];
    describe(&content, checkpoint, scratch);
    gather(&content, checkpoint->state);
    size_t epochs = checkpoint->state->epoch - 1;
    if (epochs > 0)
        add(&content, "epochs", TENSOR_F64, epochs, 2, content.records);
    tie(ties, checkpoint, scratch);
    const struct tensor **list = ARENA_ARRAY(scratch, const struct tensor *, content.count);
    for (size_t i = 0; i < content.count; i++)
        list[i] = &content.tensors[i];
    enum status status =
        tensor_file_write(checkpoint->path, list, content.count, ties, TIES, error);
    arena_reset(scratch, mark);
    return status;
}

static enum status check_ties(const struct tensor_file *file,
                              const struct trainer_checkpoint *checkpoint, struct error *error) {
    static const char *const hints[TIES] = {
        "it is no training of this program's version",
        "it is of another model",
        "it is of other settings",
        "it is of other data",
        "it is of another split: its training rows are others",
        "it is of another split: its validation rows are others",
        "its epochs were judged by another measurement",
        "it is of another seed",
    };
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct tensor_metadata ties[TIES];
    tie(ties, checkpoint, scratch);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < TIES && status == STATUS_OK; i++) {
        const char *found = tensor_file_metadata(file, ties[i].key);
        if (!found || strcmp(found, ties[i].value) != 0)
            status = error_set(error, STATUS_BAD_INPUT,
                               "%s: cannot go on from this checkpoint: %s (%s: expected %.80s, "
                               "found %.80s); remove it or leave out --resume",
                               checkpoint->path, hints[i], ties[i].key, ties[i].value,
                               found ? found : "none");
    }
    arena_reset(scratch, mark);
    return status;
}

static bool same_shape(const struct tensor *a, const struct tensor *b) {
    return b && a->type == b->type && a->rank == b->rank && a->shape[0] == b->shape[0] &&
           (a->rank < 2 || a->shape[1] == b->shape[1]);
}

static enum status check_tensors(const struct tensor_file *file, const struct content *content,
                                 const struct trainer_checkpoint *checkpoint, struct error *error) {
    for (size_t i = 0; i < content->count; i++)
        if (!same_shape(&content->tensors[i], tensor_file_find(file, content->tensors[i].name)))
            return error_set(error, STATUS_BAD_INPUT,
                             "%s: cannot go on from this checkpoint: tensor \"%s\" is missing or "
                             "of another shape",
                             checkpoint->path, content->tensors[i].name);
    const struct tensor *loop = tensor_file_find(file, "loop");
    const struct tensor *epochs = tensor_file_find(file, "epochs");
    const struct tensor *milestones = tensor_file_find(file, "milestones");
    double epoch = ((const double *)loop->data)[LOOP_EPOCH];
    size_t recorded = epochs ? epochs->shape[0] : 0;
    bool fits =
        epoch >= 1 && epoch - 1 <= checkpoint->max_epochs &&
        (!epochs || (epochs->type == TENSOR_F64 && epochs->rank == 2 && epochs->shape[1] == 2)) &&
        recorded + 1 == (size_t)epoch &&
        *(const uint32_t *)milestones->data <= SCHEDULE_MILESTONES_MAX;
    if (!fits)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: cannot go on from this checkpoint: it stands in epoch %g of at most "
                         "%u; raise trainer.max_epochs or remove it",
                         checkpoint->path, epoch, checkpoint->max_epochs);
    return STATUS_OK;
}

static enum status load(const struct tensor_file *file, const struct trainer_checkpoint *checkpoint,
                        struct arena *scratch, struct error *error) {
    struct content content = {0};
    TRY(check_ties(file, checkpoint, error));
    describe(&content, checkpoint, scratch);
    TRY(check_tensors(file, &content, checkpoint, error));
    for (size_t i = 0; i < content.count; i++)
        memcpy(content.tensors[i].data, tensor_file_find(file, content.tensors[i].name)->data,
               tensor_bytes(&content.tensors[i]));
    const struct tensor *epochs = tensor_file_find(file, "epochs");
    if (epochs)
        memcpy(content.records, epochs->data, tensor_bytes(epochs));
    scatter(checkpoint->state, &content);
    for (size_t i = 0; i < checkpoint->trainee->parameter_count; i++) {
        struct parameter *parameter = &checkpoint->trainee->parameters[i];
        if (parameter->transposed)
            parameter_transpose(parameter, 0, parameter->rows);
    }
    return STATUS_OK;
}

enum status trainer_checkpoint_load(const struct trainer_checkpoint *checkpoint,
                                    struct error *error) {
    struct stat information;
    if (stat(checkpoint->path, &information) != 0)
        return error_set(error, STATUS_NOT_FOUND, "%s: no such checkpoint", checkpoint->path);
    struct tensor_file file = {0};
    TRY(tensor_file_open(&file, checkpoint->path, error));
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    enum status status = load(&file, checkpoint, scratch, error);
    arena_reset(scratch, mark);
    tensor_file_close(&file);
    return status;
}

/* Whether the rest of a name after the checkpoint's own is (-part)...(-epochN), each or none. */
static bool belongs(const char *rest) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    while (*rest == '-' && strncmp(rest, "-epoch", 6) != 0)
        rest += 1 + strspn(rest + 1, letters);
    if (strncmp(rest, "-epoch", 6) == 0)
        rest += 6 + strspn(rest + 6, "0123456789");
    return *rest == '\0';
}

void trainer_checkpoint_remove(const char *path) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    char *folder = arena_copy(scratch, path), *slash = strrchr(folder, '/');
    const char *base = slash ? path + (slash - folder) + 1 : path, *const * names;
    if (slash)
        slash[slash == folder] = '\0';
    size_t count = 0;
    struct error error;
    if (files_list(slash ? folder : ".", scratch, &names, &count, &error) != STATUS_OK)
        count = 0;
    for (size_t i = 0; i < count; i++)
        if (strncmp(names[i], base, strlen(base)) == 0 && belongs(names[i] + strlen(base)))
            unlink(slash ? files_join(scratch, folder, names[i]) : names[i]);
    arena_reset(scratch, mark);
}
