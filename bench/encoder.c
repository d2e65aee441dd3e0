/* encoder.c: sentences a second of the encoders, and the time of one query.
 *
 * The sentences are film titles with their genres, as the peer that stands beside it takes them; a
 * query is a wish of 16 words. Each figure is the best of ROUNDS, because other programs can only
 * make one slower. Usage: encoder [ENCODER [PRECISION [NAME|PATH [ROUNDS]]]] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "dataset/dataset.h"
#include "text/encoder.h"

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void must(enum status status, const struct error *error) {
    if (status == STATUS_OK)
        return;
    fprintf(stderr, "%s\n", error->text);
    exit(1);
}

static struct encoder_text title(const struct dataset *dataset, uint32_t item,
                                 struct arena *arena) {
    struct buffer text;
    buffer_init(&text, arena);
    buffer_text(&text, dataset->movies[item].title);
    for (uint32_t g = 0; g < dataset->genre_count; g++)
        if (dataset->movies[item].genres >> g & 1)
            buffer_format(&text, " %s", dataset->genres[g]);
    return (struct encoder_text){text.bytes, text.size};
}

static size_t precision_of(const char *word) {
    return strcmp(word, "int8") == 0   ? ENCODER_INT8
           : strcmp(word, "bf16") == 0 ? ENCODER_BF16
                                       : ENCODER_F32;
}

static double query_seconds(const struct encoder *encoder, float *vector) {
    static const char words[] =
        "something funny and uplifting to watch with the whole family tonight, not too long please";
    double best = 1e9;
    for (size_t i = 0; i < 200; i++) {
        const double start = now();
        encoder_encode(encoder, &(struct encoder_text){words, sizeof words - 1}, 1, vector);
        const double seconds = now() - start;
        best = seconds < best ? seconds : best;
    }
    return best;
}

int main(int count, char **words) {
    struct arena arena = {0};
    struct error error;
    struct encoder *encoder;
    struct encoder_options options;
    struct dataset *dataset;
    const double start = now();
    must(encoder_options_parse(&options, count > 1 ? words[1] : "auto",
                               precision_of(count > 2 ? words[2] : "f32"), &error),
         &error);
    must(encoder_open(&encoder, &options, &error), &error);
    const double opened = now() - start;
    must(dataset_open(&dataset, count > 3 ? words[3] : "built-in", &error), &error);
    const size_t films = dataset->items.count, rounds = count > 4 ? strtoul(words[4], NULL, 10) : 3;
    struct encoder_text *texts = ARENA_ARRAY(&arena, struct encoder_text, films);
    float *vectors = ARENA_ARRAY(&arena, float, (films + 1) * encoder_dimension(encoder));
    size_t tokens = 0;
    for (uint32_t i = 0; i < films; i++) {
        uint32_t ids[ENCODER_TOKENS_MAX];
        texts[i] = title(dataset, i, &arena);
        tokens += encoder_tokens(encoder, &texts[i], ids);
    }
    const double query = query_seconds(encoder, vectors);
    double best = 1e9;
    for (size_t round = 0; round < rounds; round++) {
        const double from = now();
        encoder_encode(encoder, texts, films, vectors);
        const double seconds = now() - from;
        best = seconds < best ? seconds : best;
    }
    printf("%s: opened in %.1f ms; one query %.2f ms; %.0f sentences/s of %zu (%.1f tokens each)\n",
           encoder_name(encoder), 1e3 * opened, 1e3 * query, (double)films / best, films,
           (double)tokens / (double)films);
    encoder_close(encoder);
    dataset_close(dataset);
    arena_release(&arena);
    return 0;
}
