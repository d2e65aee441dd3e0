/* encoder.h: a sentence becomes a vector of length 1, so that the product of two of them says how
 * near their meanings are.
 *
 * Encoders  minilm   all-MiniLM-L6-v2 from its published weights (minilm.c), 384 numbers, in one of
 *                    three precisions
 *           builtin  static token vectors that are linked into the program (builtin.c): no weights,
 *                    no network
 * Choice    ENCODER_AUTO is minilm where its files are found (MATINEE_MODELS, then the user's data
 *           folder) and whole, else builtin; what is wrong with them is said in the log. Vectors of
 *           different encoders do not compare; what is calibrated on cosines asks for the encoder's
 *           own (encoder_calibration).
 * Threads   An open encoder is immutable: many threads may encode with it at once; a batch spreads
 *           over the pool by itself. The same texts give the same bits for any thread count and any
 *           batch they stand in. */
#ifndef MATINEE_TEXT_ENCODER_H
#define MATINEE_TEXT_ENCODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define ENCODER_TOKENS_MAX 256 /* longer texts are cut; [CLS] and [SEP] count */

enum encoder_kind { ENCODER_AUTO, ENCODER_MINILM, ENCODER_BUILTIN };
#define ENCODERS "auto|minilm|builtin"
enum encoder_precision { ENCODER_F32, ENCODER_BF16, ENCODER_INT8 };
#define ENCODER_PRECISIONS "f32|bf16|int8"

struct encoder_options {
    enum encoder_kind kind;
    enum encoder_precision precision; /* minilm alone */
    const char *folder;               /* of another BERT-like model; NULL: searched as above */
};

/* A text as bytes; it need not be valid UTF-8, and may be empty. */
struct encoder_text {
    const char *bytes;
    size_t length;
};

struct encoder;

/* Reads the words of --encoder (one of ENCODERS, or a folder) and --precision (its index among
 * ENCODER_PRECISIONS). `word` is borrowed. Errors: neither a name nor a folder. */
enum status encoder_options_parse(struct encoder_options *options, const char *word,
                                  size_t precision, struct error *error);

enum status encoder_open(struct encoder **out, const struct encoder_options *options,
                         struct error *error);
void encoder_close(struct encoder *encoder); /* NULL is fine */

const char *encoder_name(const struct encoder *encoder); /* "minilm-int8", "builtin" */
/* Whether vectors of encoders of these names compare: one encoder, in whatever precisions. */
bool encoder_same(const char *name, const char *other);
size_t encoder_dimension(const struct encoder *encoder);
/* What a cosine of this encoder must be multiplied with, and what added, to stand where MiniLM's
 * f32 would on average over film texts: thresholds are stated for MiniLM. */
struct encoder_calibration {
    float scale, offset;
};
struct encoder_calibration encoder_calibration(const struct encoder *encoder);
/* vectors [count][dimension]; a text without any token has a vector too, or zeros (builtin). */
void encoder_encode(const struct encoder *encoder, const struct encoder_text *texts, size_t count,
                    float *vectors);
/* Token ids with [CLS] and [SEP], at most ENCODER_TOKENS_MAX; returns how many. */
size_t encoder_tokens(const struct encoder *encoder, const struct encoder_text *text,
                      uint32_t ids[ENCODER_TOKENS_MAX]);

#endif
