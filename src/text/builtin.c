/* builtin.c: see builtin.h.
 *
 * Table    data/minilm/vectors.bin, put in by the assembler: a head, the scale of each row, rows of
 *          128 bytes; row 0 is [UNK], row i the piece 998 + i. The pieces before are special ones
 *          and such as no text has. Its pages are read when a token needs them.
 * Cost     a few microseconds a text, most of them for its tokens.
 * Checked  tests/text/test_builtin.c. */
#include "text/builtin.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/parallel.h"
#include "kernels/kernels.h"
#include "text/builtin_vocabulary.h"
#include "text/wordpiece.h"

#define FIRST_PIECE 999
#define SHARD_TEXTS 64

__asm__(".pushsection .rodata\n"
        ".balign 64\nbuiltin_table_begin:\n"
        ".incbin \"" MATINEE_TABLES_FOLDER "/vectors.bin\"\n"
        "builtin_table_end:\n"
        ".popsection\n");
extern const unsigned char builtin_table_begin[] __attribute__((visibility("hidden")));
extern const unsigned char builtin_table_end[] __attribute__((visibility("hidden")));

struct head {
    char magic[16];
    uint32_t rows, width;
    float scale, offset;
};

struct builtin {
    struct arena arena;
    struct vocabulary vocabulary;
    size_t width;
    const float *scales; /* [rows] */
    const int8_t *rows;  /* [rows][width] */
    struct encoder_calibration calibration;
};

void builtin_open(struct builtin **out) {
    struct builtin *builtin = alloc_zeroed(1, sizeof *builtin);
    struct head head;
    builtin_vocabulary_read(&builtin->vocabulary, &builtin->arena);
    memcpy(&head, builtin_table_begin, sizeof head);
    const size_t size = (size_t)(builtin_table_end - builtin_table_begin);
    ASSERT(memcmp(head.magic, "matinee-static-1", sizeof head.magic) == 0);
    ASSERT(head.rows == builtin->vocabulary.count - FIRST_PIECE + 1);
    ASSERT(size == sizeof head + head.rows * (sizeof(float) + head.width));
    const void *scales = builtin_table_begin + sizeof head;
    builtin->scales = scales;
    builtin->rows = (const int8_t *)(builtin->scales + head.rows);
    builtin->width = head.width;
    builtin->calibration = (struct encoder_calibration){head.scale, head.offset};
    *out = builtin;
}

void builtin_close(struct builtin *builtin) {
    if (!builtin)
        return;
    arena_release(&builtin->arena);
    alloc_free(builtin);
}

size_t builtin_width(const struct builtin *builtin) { return builtin->width; }

struct encoder_calibration builtin_calibration(const struct builtin *builtin) {
    return builtin->calibration;
}

size_t builtin_tokens(const struct builtin *builtin, const struct encoder_text *text,
                      uint32_t ids[ENCODER_TOKENS_MAX]) {
    return wordpiece_encode(&builtin->vocabulary, text->bytes, text->length, ids,
                            ENCODER_TOKENS_MAX);
}

static void add_token(const struct builtin *builtin, uint32_t id, float *vector) {
    const uint32_t unknown = builtin->vocabulary.special[VOCABULARY_UNK];
    if (id < FIRST_PIECE && id != unknown)
        return;
    const size_t row = id == unknown ? 0 : id - FIRST_PIECE + 1;
    const float scale = builtin->scales[row];
    const int8_t *bytes = builtin->rows + row * builtin->width;
    for (size_t i = 0; i < builtin->width; i++)
        vector[i] += scale * (float)bytes[i];
}

static void encode(const struct builtin *builtin, const struct encoder_text *text, float *vector) {
    uint32_t ids[ENCODER_TOKENS_MAX];
    const size_t count = builtin_tokens(builtin, text, ids), width = builtin->width;
    memset(vector, 0, width * sizeof *vector);
    for (size_t i = 0; i < count; i++)
        add_token(builtin, ids[i], vector);
    const double squares = (double)kernels()->dot(vector, vector, width);
    if (squares > 0)
        kernels()->scale(vector, (float)(1 / sqrt(squares)), width);
}

struct batch {
    const struct builtin *builtin;
    const struct encoder_text *texts;
    size_t count;
    float *vectors;
};

static void encode_shard(void *context, size_t shard) {
    const struct batch *batch = context;
    const size_t begin = shard * SHARD_TEXTS, left = batch->count - begin,
                 end = begin + (left < SHARD_TEXTS ? left : SHARD_TEXTS);
    for (size_t i = begin; i < end; i++)
        encode(batch->builtin, &batch->texts[i], batch->vectors + i * batch->builtin->width);
}

void builtin_encode(const struct builtin *builtin, const struct encoder_text *texts, size_t count,
                    float *vectors) {
    struct batch batch = {builtin, texts, count, vectors};
    parallel_for((count + SHARD_TEXTS - 1) / SHARD_TEXTS, encode_shard, &batch);
}
