/* words.h: what a service needs to understand words: an encoder, and the values of wishes. One for
 * all models that are served. */
#ifndef MATINEE_SERVICE_WORDS_H
#define MATINEE_SERVICE_WORDS_H

#include <stddef.h>

#include "base/error.h"
#include "intent/intent_values.h"
#include "text/encoder.h"

/* Whoever makes vectors of length 1: an encoder, or what a test puts in its place. */
struct words_encoder {
    const char *name;
    size_t dimension;
    struct encoder_calibration calibration;
    void (*encode)(const void *context, const struct encoder_text *texts, size_t count,
                   float *vectors);
    void (*close)(void *context); /* NULL: nothing to close */
    void *context;
};

struct words;

/* The encoder of these options, and the built-in values with `sources` over them
 * (intent_values_read). Errors: those of encoder_open and intent_values_read. */
enum status words_open(struct words **out, const struct encoder_options *options,
                       const char *const *sources, size_t source_count, struct error *error);
/* The same with another encoder; takes it, also on failure. */
enum status words_create(struct words **out, const struct words_encoder *encoder,
                         const char *const *sources, size_t source_count, struct error *error);
void words_close(struct words *words); /* NULL is fine */

const char *words_encoder_name(const struct words *words);
size_t words_dimension(const struct words *words);
struct encoder_calibration words_calibration(const struct words *words);
const struct intent_values *words_values(const struct words *words);
/* [AFFECT_COUNT][dimension]: the moods' phrases, encoded. */
const float *words_anchors(const struct words *words);
void words_encode(const struct words *words, const struct encoder_text *texts, size_t count,
                  float *vectors);

#endif
