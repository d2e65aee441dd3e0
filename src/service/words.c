/* words.c: see words.h. Checked by tests/service/test_service_search.c. */
#include "service/words.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"

struct words {
    struct arena arena;
    struct words_encoder encoder;
    struct intent_values values;
    float *anchors;
};

static void encode_by_encoder(const void *context, const struct encoder_text *texts, size_t count,
                              float *vectors) {
    encoder_encode(context, texts, count, vectors);
}

static void close_encoder(void *context) { encoder_close(context); }

static void encode_anchors(struct words *words) {
    struct encoder_text texts[AFFECT_COUNT];
    words->anchors = ARENA_ARRAY(&words->arena, float, AFFECT_COUNT * words->encoder.dimension);
    for (size_t a = 0; a < AFFECT_COUNT; a++) {
        const char *anchor = words->values.affects[a].anchor;
        texts[a] = (struct encoder_text){anchor, strlen(anchor)};
    }
    words_encode(words, texts, AFFECT_COUNT, words->anchors);
}

enum status words_create(struct words **out, const struct words_encoder *encoder,
                         const char *const *sources, size_t source_count, struct error *error) {
    struct words *words = alloc_zeroed(1, sizeof *words);
    words->encoder = *encoder;
    const enum status status =
        intent_values_read(&words->values, sources, source_count, &words->arena, error);
    if (status != STATUS_OK) {
        words_close(words);
        return status;
    }
    encode_anchors(words);
    *out = words;
    return STATUS_OK;
}

enum status words_open(struct words **out, const struct encoder_options *options,
                       const char *const *sources, size_t source_count, struct error *error) {
    struct encoder *encoder;
    TRY(encoder_open(&encoder, options, error));
    const struct words_encoder as = {.name = encoder_name(encoder),
                                     .dimension = encoder_dimension(encoder),
                                     .calibration = encoder_calibration(encoder),
                                     .encode = encode_by_encoder,
                                     .close = close_encoder,
                                     .context = encoder};
    return words_create(out, &as, sources, source_count, error);
}

void words_close(struct words *words) {
    if (!words)
        return;
    if (words->encoder.close)
        words->encoder.close(words->encoder.context);
    arena_release(&words->arena);
    alloc_free(words);
}

const char *words_encoder_name(const struct words *words) { return words->encoder.name; }

size_t words_dimension(const struct words *words) { return words->encoder.dimension; }

struct encoder_calibration words_calibration(const struct words *words) {
    return words->encoder.calibration;
}

const struct intent_values *words_values(const struct words *words) { return &words->values; }

const float *words_anchors(const struct words *words) { return words->anchors; }

void words_encode(const struct words *words, const struct encoder_text *texts, size_t count,
                  float *vectors) {
    words->encoder.encode(words->encoder.context, texts, count, vectors);
}
