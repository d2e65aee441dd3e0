/* sasrec_encoder.c: see sasrec_encoder.h. */
#include "models/sequence/sasrec_encoder.h"

#include <string.h>

#define CHUNK_ROWS 512

struct chunk {
    const struct sasrec_network *network;
    struct sasrec_work work;
    real *y, *moments; /* [rows][dim], [rows][2] */
    uint32_t *items;   /* [rows] */
    size_t *offsets;   /* [rows + 1] */
    uint32_t *queries; /* [rows] whose each sequence is */
    size_t count, row_max;
};

static void begin(struct chunk *chunk, const struct sasrec_network *network,
                  struct arena *scratch) {
    const struct sasrec_shape *shape = &network->shape;
    const size_t rows = shape->max_length > CHUNK_ROWS ? shape->max_length : CHUNK_ROWS;
    *chunk = (struct chunk){.network = network,
                            .y = ARENA_ARRAY_RAW(scratch, real, rows * shape->dim),
                            .moments = ARENA_ARRAY_RAW(scratch, real, 2 * rows),
                            .items = ARENA_ARRAY_RAW(scratch, uint32_t, rows),
                            .offsets = ARENA_ARRAY(scratch, size_t, rows + 1),
                            .queries = ARENA_ARRAY_RAW(scratch, uint32_t, rows),
                            .row_max = rows};
    sasrec_forward_init(&chunk->work, shape, rows, scratch);
}

/* The hidden states of the chunk's sequences, to their queries' places; empties the chunk. */
static void finish(struct chunk *chunk, float *hidden) {
    const struct sasrec_network *network = chunk->network;
    const size_t dim = network->shape.dim, blocks = network->shape.block_count;
    const struct sasrec_shard shard = {
        .network = network, .offsets = chunk->offsets, .end = chunk->count};
    if (chunk->count == 0)
        return;
    sasrec_forward_embed(&shard, chunk->items, chunk->work.x);
    for (size_t b = 0; b < blocks; b++) {
        (b + 1 < blocks ? sasrec_forward_block : sasrec_forward_last)(&shard, b, &chunk->work,
                                                                      chunk->y);
        real *x = chunk->work.x;
        chunk->work.x = chunk->y;
        chunk->y = x;
    }
    sasrec_forward_finish(network, chunk->work.x, chunk->count, chunk->moments, chunk->y);
    for (size_t s = 0; s < chunk->count; s++)
        memcpy(hidden + chunk->queries[s] * dim, chunk->y + s * dim, dim * sizeof *hidden);
    chunk->count = 0;
}

void sasrec_encoder_run(const struct sasrec_network *network, const struct query *queries,
                        size_t query_count, float *hidden) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const size_t most = network->shape.max_length;
    struct chunk chunk;
    begin(&chunk, network, scratch);
    memset(hidden, 0, query_count * network->shape.dim * sizeof *hidden);
    for (size_t q = 0; q < query_count; q++) {
        const struct history *history = &queries[q].history;
        const size_t length = history->count < most ? history->count : most;
        if (length == 0)
            continue;
        if (chunk.offsets[chunk.count] + length > chunk.row_max)
            finish(&chunk, hidden);
        memcpy(chunk.items + chunk.offsets[chunk.count], history->items + history->count - length,
               length * sizeof *chunk.items);
        chunk.queries[chunk.count++] = (uint32_t)q;
        chunk.offsets[chunk.count] = chunk.offsets[chunk.count - 1] + length;
    }
    finish(&chunk, hidden);
    arena_reset(scratch, mark);
}
