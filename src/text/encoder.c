/* encoder.c: which encoder it is and where its files lie. See encoder.h.
 * Checked by tests/text/test_encoder.c. */
#include "text/encoder.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/files.h"
#include "text/minilm.h"

struct encoder {
    struct arena arena;
    const char *name;
    struct minilm *minilm;
};

/* The folder of minilm's files, or NULL. */
static const char *find_folder(struct arena *arena) {
    const char *const lists[] = {getenv("MATINEE_MODELS"),
                                 files_join(arena, files_data_home(arena), "models")};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const char *rest = lists[i], *place;
        while ((place = files_path_next(&rest, arena))) {
            const char *folder = files_join(arena, place, "minilm");
            if (files_is_regular(files_join(arena, folder, MINILM_WEIGHTS)))
                return folder;
        }
    }
    return NULL;
}

static enum status open_minilm(struct encoder *encoder, const struct encoder_options *options,
                               struct error *error) {
    const char *folder = options->folder ? options->folder : find_folder(&encoder->arena);
    if (!folder)
        return error_set(error, STATUS_NOT_FOUND,
                         "the weights of minilm are not on this machine: neither in "
                         "$MATINEE_MODELS/minilm nor in %s/models/minilm",
                         files_data_home(&encoder->arena));
    if (options->precision != ENCODER_F32)
        return error_set(error, STATUS_BAD_USAGE, "minilm runs in f32 alone");
    encoder->name = options->folder ? files_base_name(&encoder->arena, folder) : "minilm";
    return minilm_open(&encoder->minilm, folder, error);
}

enum status encoder_options_parse(struct encoder_options *options, const char *word,
                                  size_t precision, struct error *error) {
    static const char *const names[] = {
        [ENCODER_AUTO] = "auto", [ENCODER_MINILM] = "minilm", [ENCODER_BUILTIN] = "builtin"};
    *options = (struct encoder_options){.precision = (enum encoder_precision)precision};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(word, names[i]) == 0) {
            options->kind = (enum encoder_kind)i;
            return STATUS_OK;
        }
    if (!files_is_folder(word))
        return error_set(error, STATUS_BAD_USAGE,
                         "--encoder \"%.200s\": expected " ENCODERS ", or the folder of a model",
                         word);
    options->kind = ENCODER_MINILM;
    options->folder = word;
    return STATUS_OK;
}

enum status encoder_open(struct encoder **out, const struct encoder_options *options,
                         struct error *error) {
    struct encoder *encoder = alloc_zeroed(1, sizeof *encoder);
    const enum status status = open_minilm(encoder, options, error);
    if (status != STATUS_OK) {
        encoder_close(encoder);
        encoder = NULL;
    }
    *out = encoder;
    return status;
}

void encoder_close(struct encoder *encoder) {
    if (!encoder)
        return;
    minilm_close(encoder->minilm);
    arena_release(&encoder->arena);
    alloc_free(encoder);
}

const char *encoder_name(const struct encoder *encoder) { return encoder->name; }

size_t encoder_dimension(const struct encoder *encoder) { return minilm_width(encoder->minilm); }

struct encoder_calibration encoder_calibration(const struct encoder *encoder) {
    (void)encoder;
    return (struct encoder_calibration){1, 0};
}

void encoder_encode(const struct encoder *encoder, const struct encoder_text *texts, size_t count,
                    float *vectors) {
    minilm_encode(encoder->minilm, texts, count, vectors);
}

size_t encoder_tokens(const struct encoder *encoder, const struct encoder_text *text,
                      uint32_t ids[ENCODER_TOKENS_MAX]) {
    return minilm_tokens(encoder->minilm, text, ids);
}
