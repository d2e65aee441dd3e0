/* trainer_batches.c: see trainer_batches.h. */
#include "models/trainer_batches.h"

#include "base/assert.h"
#include "base/parallel.h"

#define BLOCK_GROUPS 256
#define CHUNK_GROUPS 16384
#define CHUNK_USERS 512 /* a user is many rows: a chunk is what cancelling waits for */

uint64_t trainer_batches_stream(enum trainer_stream use, uint32_t epoch, uint64_t index) {
    ASSERT(index < (uint64_t)1 << 40);
    return (uint64_t)use << 60 | (uint64_t)(epoch & 0xfffff) << 40 | index;
}

/* Every usable group in its natural order. An epoch's shuffle starts from it, so that its order
 * does not depend on earlier ones. */
static void list_groups(struct trainer_batches *batches) {
    const struct interactions *train = batches->train;
    bool negatives = batches->trainee->negative_count > 0;
    batches->count = 0;
    for (uint32_t user = 0; user < train->user_count; user++) {
        uint64_t begin = train->offsets[user], end = train->offsets[user + 1];
        if (!batches->owner) {
            if (end > begin)
                batches->order[batches->count++] = user;
            continue;
        }
        /* Whoever has every item has no negatives to be told from. */
        bool usable = !negatives || sampler_can_draw(&batches->sampler, user);
        for (uint64_t row = begin; row < end && usable; row++)
            batches->order[batches->count++] = (uint32_t)row;
    }
}

static void list_owners(struct trainer_batches *batches, struct arena *arena) {
    const struct interactions *train = batches->train;
    batches->owner = ARENA_ARRAY_RAW(arena, uint32_t, train->count);
    for (uint32_t user = 0; user < train->user_count; user++)
        for (uint64_t row = train->offsets[user]; row < train->offsets[user + 1]; row++)
            batches->owner[row] = user;
}

/* The rest of the batches, whose rows, owner of streams and sampler are set. */
static void prepare(struct trainer_batches *batches, size_t step_groups, struct arena *arena) {
    const struct trainee *trainee = batches->trainee;
    const struct interactions *train = batches->train;
    ASSERT(train->count < UINT32_MAX && step_groups > 0);
    bool by_row = trainee->unit == TRAINER_POSITIVES;
    if (by_row)
        list_owners(batches, arena);
    batches->order = ARENA_ARRAY_RAW(arena, uint32_t, by_row ? train->count : train->user_count);
    list_groups(batches);
    size_t steps = (by_row ? CHUNK_GROUPS : CHUNK_USERS) / step_groups;
    batches->chunk_max = step_groups * (steps > 0 ? steps : 1);
    batches->users = ARENA_ARRAY_RAW(arena, uint32_t, batches->chunk_max);
    if (by_row)
        batches->items =
            ARENA_ARRAY_RAW(arena, uint32_t, batches->chunk_max * (1 + trainee->negative_count));
    if (trainee->on_ratings)
        batches->ratings = ARENA_ARRAY_RAW(arena, float, batches->chunk_max);
}

void trainer_batches_init(struct trainer_batches *batches, const struct trainee *trainee,
                          const struct fit_input *input, size_t step_groups, struct arena *arena) {
    *batches = (struct trainer_batches){
        .trainee = trainee, .train = input->train, .seed = input->seed, .draws = TRAINER_NEGATIVES};
    if (trainee->negative_count > 0)
        sampler_init(&batches->sampler, input->train, trainee->strategy, arena);
    prepare(batches, step_groups, arena);
}

void trainer_batches_init_validation(struct trainer_batches *batches, const struct trainee *trainee,
                                     const struct fit_input *input, struct arena *arena) {
    *batches = (struct trainer_batches){.trainee = trainee,
                                        .train = input->validation,
                                        .seed = input->seed,
                                        .draws = TRAINER_VALIDATION};
    if (trainee->negative_count > 0) {
        struct interactions known = interactions_merge(input->train, input->validation, arena);
        sampler_init(&batches->sampler, &known, trainee->strategy, arena);
    }
    prepare(batches, trainee->group_max, arena);
}

void trainer_batches_shuffle(struct trainer_batches *batches, uint32_t epoch) {
    list_groups(batches);
    batches->epoch = epoch;
    struct rng rng;
    rng_init(&rng, batches->seed, trainer_batches_stream(TRAINER_ORDER, epoch, 0));
    rng_shuffle(&rng, batches->order, (uint32_t)batches->count);
}

static void fill_block(void *context, size_t block) {
    struct trainer_batches *batches = context;
    const struct trainee *trainee = batches->trainee;
    const struct interactions *train = batches->train;
    size_t begin = block * BLOCK_GROUPS, width = 1 + trainee->negative_count;
    size_t end = begin + BLOCK_GROUPS < batches->size ? begin + BLOCK_GROUPS : batches->size;
    const struct model *model = trainee->model;
    const float range = model->rating_max - model->rating_min;
    struct rng rng;
    rng_init(&rng, batches->seed,
             trainer_batches_stream(batches->draws, batches->epoch, batches->begin + begin));
    for (size_t g = begin; g < end; g++) {
        uint32_t row = batches->order[batches->begin + g];
        if (!batches->items) {
            batches->users[g] = row;
            continue;
        }
        uint32_t user = batches->owner[row];
        batches->users[g] = user;
        batches->items[g * width] = train->items[row];
        if (trainee->negative_count > 0)
            sampler_draw(&batches->sampler, user, &rng, batches->items + g * width + 1,
                         trainee->negative_count);
        if (batches->ratings)
            batches->ratings[g] =
                range > 0 ? (interactions_rating(train, row) - model->rating_min) / range : 1;
    }
}

void trainer_batches_fill(struct trainer_batches *batches, size_t begin) {
    size_t left = batches->count - begin;
    batches->begin = begin;
    batches->size = left < batches->chunk_max ? left : batches->chunk_max;
    parallel_for((batches->size + BLOCK_GROUPS - 1) / BLOCK_GROUPS, fill_block, batches);
}

struct batch trainer_batches_take(const struct trainer_batches *batches, size_t first,
                                  size_t count) {
    ASSERT(first + count <= batches->size);
    size_t width = 1 + batches->trainee->negative_count;
    return (struct batch){
        .group_count = count,
        .negative_count = batches->trainee->negative_count,
        .users = batches->users + first,
        .items = batches->items ? batches->items + first * width : NULL,
        .ratings = batches->ratings ? batches->ratings + first : NULL,
    };
}
