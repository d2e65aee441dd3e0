/* minilm.c: opening an encoder's folder, and batches of texts. See minilm.h.
 *
 * Batch    texts are cut into ids, and neighbours put together into groups of about 128 tokens: a
 *          group's rows stay in the second-level cache while the weights pass once. Groups are the
 *          shards of the pool; a single group spreads over it from within.
 * Checked  tests/text/test_minilm.c. */
#include "text/minilm.h"

#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/files.h"
#include "base/log.h"
#include "base/parallel.h"
#include "text/minilm_forward.h"
#include "text/minilm_packed.h"
#include "text/wordpiece.h"

#define BLOCK_TEXTS 1024 /* cut into ids at a time */
#define CUT_TEXTS 16     /* by one shard */
#define GROUP_TOKENS 128

struct minilm {
    struct arena arena;
    struct tensor_file file, packed;
    struct files_mapping pieces;
    struct vocabulary vocabulary;
    struct minilm_weights weights;
    size_t tokens_most;
};

static enum status read_vocabulary(struct minilm *minilm, const char *folder,
                                   const struct minilm_config *config, struct error *error) {
    const char *path = files_join(&minilm->arena, folder, "vocab.txt");
    TRY(files_map(&minilm->pieces, path, error));
    TRY(vocabulary_read(&minilm->vocabulary, (const char *)minilm->pieces.bytes,
                        minilm->pieces.size, path, &minilm->arena, error));
    if (minilm->vocabulary.count > config->pieces)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: %u lines, but config.json says that there are %zu pieces", path,
                         minilm->vocabulary.count, config->pieces);
    return STATUS_OK;
}

/* A file that is not there, damaged or of other weights costs the time of packing anew. */
static void open_packed(struct minilm *minilm, const char *folder) {
    const char *path = files_join(&minilm->arena, folder, MINILM_PACKED);
    struct error error;
    if (!files_is_regular(path))
        return;
    if (tensor_file_open(&minilm->packed, path, &error) == STATUS_OK)
        minilm->weights.packed = &minilm->packed;
    else
        log_warning("%s; layers are packed anew", error.text);
}

static enum status read_folder(struct minilm *minilm, const char *folder, struct error *error) {
    const struct minilm_config *config = &minilm->weights.config;
    TRY(minilm_config_read(&minilm->weights.config, folder, error));
    TRY(read_vocabulary(minilm, folder, config, error));
    const char *path = files_join(&minilm->arena, folder, MINILM_WEIGHTS);
    TRY(tensor_file_open(&minilm->file, path, error));
    if (minilm->weights.precision == ENCODER_INT8)
        open_packed(minilm, folder);
    TRY(minilm_weights_read(&minilm->weights, &minilm->file, &minilm->arena, error));
    minilm->tokens_most =
        config->positions < ENCODER_TOKENS_MAX ? config->positions : ENCODER_TOKENS_MAX;
    if (minilm->tokens_most < 2)
        return error_set(error, STATUS_BAD_INPUT, "%s/config.json: no room for any token", folder);
    return STATUS_OK;
}

enum status minilm_open(struct minilm **out, const char *folder, enum encoder_precision precision,
                        struct error *error) {
    struct minilm *minilm = alloc_zeroed(1, sizeof *minilm);
    minilm->weights.precision = precision;
    const enum status status = read_folder(minilm, folder, error);
    if (status != STATUS_OK) {
        minilm_close(minilm);
        minilm = NULL;
    }
    *out = minilm;
    return status;
}

void minilm_close(struct minilm *minilm) {
    if (!minilm)
        return;
    tensor_file_close(&minilm->file);
    tensor_file_close(&minilm->packed);
    files_unmap(&minilm->pieces);
    arena_release(&minilm->arena);
    alloc_free(minilm);
}

enum status minilm_pack(const char *folder, struct arena *arena, const char **path,
                        struct error *error) {
    struct minilm *minilm;
    *path = files_join(arena, folder, MINILM_PACKED);
    TRY(minilm_open(&minilm, folder, ENCODER_INT8, error));
    const enum status status = minilm_packed_write(&minilm->weights, *path, error);
    minilm_close(minilm);
    return status;
}

size_t minilm_width(const struct minilm *minilm) { return minilm->weights.config.width; }

size_t minilm_tokens(const struct minilm *minilm, const struct encoder_text *text,
                     uint32_t ids[ENCODER_TOKENS_MAX]) {
    return wordpiece_encode(&minilm->vocabulary, text->bytes, text->length, ids,
                            minilm->tokens_most);
}

/* Some texts on their way. */
struct block {
    const struct minilm *minilm;
    const struct encoder_text *texts;
    size_t count;
    uint32_t (*cut)[ENCODER_TOKENS_MAX]; /* [count] */
    size_t *lengths;                     /* [count] */
    uint32_t *ids;                       /* the same without gaps */
    size_t *firsts;                      /* [groups + 1]: the first text of each group */
    size_t *starts;                      /* [count + groups]: of each group, from 0 */
    size_t *begins;                      /* [groups]: where its ids begin */
    size_t groups;
    float *vectors;
};

static void cut_shard(void *context, size_t shard) {
    const struct block *block = context;
    const size_t begin = shard * CUT_TEXTS, left = block->count - begin,
                 end = begin + (left < CUT_TEXTS ? left : CUT_TEXTS);
    for (size_t i = begin; i < end; i++)
        block->lengths[i] = minilm_tokens(block->minilm, &block->texts[i], block->cut[i]);
}

/* Neighbours side by side, in groups of nearly equal size. */
static void make_groups(struct block *block, struct arena *arena) {
    size_t total = 0;
    for (size_t i = 0; i < block->count; i++)
        total += block->lengths[i];
    ASSERT(total > 0); /* each text has [CLS] and [SEP] */
    const size_t wanted = (total + GROUP_TOKENS - 1) / GROUP_TOKENS, size = total / wanted;
    block->ids = ARENA_ARRAY_RAW(arena, uint32_t, total);
    block->firsts = ARENA_ARRAY_RAW(arena, size_t, block->count + 1);
    block->begins = ARENA_ARRAY_RAW(arena, size_t, block->count);
    block->starts = ARENA_ARRAY_RAW(arena, size_t, 2 * block->count);
    size_t at = 0, begin = 0;
    for (size_t i = 0; i < block->count; i++) {
        /* A group ends where the next text would take it further from its size than it is. */
        if (i == 0 || 2 * (at - begin) + block->lengths[i] > 2 * size + 1) {
            begin = at;
            block->firsts[block->groups] = i;
            block->begins[block->groups++] = at;
        }
        block->starts[i + block->groups - 1] = at - begin;
        memcpy(block->ids + at, block->cut[i], block->lengths[i] * sizeof *block->ids);
        at += block->lengths[i];
        block->starts[i + block->groups] = at - begin;
    }
    block->firsts[block->groups] = block->count;
}

static void run_group(void *context, size_t shard) {
    const struct block *block = context;
    const size_t first = block->firsts[shard];
    minilm_forward(&block->minilm->weights,
                   &(struct minilm_group){block->ids + block->begins[shard],
                                          block->starts + first + shard,
                                          block->firsts[shard + 1] - first},
                   block->vectors + first * minilm_width(block->minilm));
}

void minilm_encode(const struct minilm *minilm, const struct encoder_text *texts, size_t count,
                   float *vectors) {
    struct arena *arena = arena_scratch();
    const struct arena_position mark = arena_mark(arena);
    for (size_t begin = 0; begin < count; begin += BLOCK_TEXTS) {
        const size_t left = count - begin;
        struct block block = {.minilm = minilm,
                              .texts = texts + begin,
                              .count = left < BLOCK_TEXTS ? left : BLOCK_TEXTS,
                              .vectors = vectors + begin * minilm_width(minilm)};
        block.cut = arena_alloc_raw(arena, block.count * sizeof *block.cut);
        block.lengths = ARENA_ARRAY_RAW(arena, size_t, block.count);
        parallel_for((block.count + CUT_TEXTS - 1) / CUT_TEXTS, cut_shard, &block);
        make_groups(&block, arena);
        parallel_for(block.groups, run_group, &block);
        arena_reset(arena, mark);
    }
}
