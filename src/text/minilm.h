/* minilm.h: all-MiniLM-L6-v2, or another BERT-like encoder of uncased text, from a folder with
 * model.safetensors, vocab.txt and config.json. Behind text/encoder.h, whose promises on threads
 * and bits it keeps. */
#ifndef MATINEE_TEXT_MINILM_H
#define MATINEE_TEXT_MINILM_H

#include "base/arena.h"
#include "text/encoder.h"

#define MINILM_WEIGHTS "model.safetensors"

struct minilm;

/* Maps the weights and packs the layers. Errors: a file is missing, cut, lies about its content, or
 * does not fit the others. */
enum status minilm_open(struct minilm **out, const char *folder, enum encoder_precision precision,
                        struct error *error);
/* Rounds the layers of a folder's weights to bytes once, into a file beside them that an int8
 * encoder of that folder then maps. *path (in `arena`) is the file. */
enum status minilm_pack(const char *folder, struct arena *arena, const char **path,
                        struct error *error);
void minilm_close(struct minilm *minilm); /* NULL is fine */

size_t minilm_width(const struct minilm *minilm);
/* vectors [count][width] */
void minilm_encode(const struct minilm *minilm, const struct encoder_text *texts, size_t count,
                   float *vectors);
size_t minilm_tokens(const struct minilm *minilm, const struct encoder_text *text,
                     uint32_t ids[ENCODER_TOKENS_MAX]);

#endif
