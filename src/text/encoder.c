/* encoder.c: which encoder it is and where its files lie. See encoder.h.
 * Checked by tests/text/test_encoder.c. */
#include "text/encoder.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/files.h"
#include "base/log.h"
#include "kernels/halves.h"
#include "text/builtin.h"
#include "text/minilm.h"

struct encoder {
    struct arena arena;
    const char *name;
    struct minilm *minilm; /* one of the two */
    struct builtin *builtin;
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

/* Halves need an instruction; without it floats are faster and at least as good. */
static enum encoder_precision possible(enum encoder_precision wanted) {
    if (wanted != ENCODER_BF16 || halves())
        return wanted;
    log_warning("this processor has no AVX512-BF16; minilm runs in f32");
    return ENCODER_F32;
}

static enum status open_minilm(struct encoder *encoder, const char *folder,
                               const struct encoder_options *options, struct error *error) {
    if (!folder)
        return error_set(error, STATUS_NOT_FOUND,
                         "the weights of minilm are not on this machine: neither in "
                         "$MATINEE_MODELS/minilm nor in %s/models/minilm",
                         files_data_home(&encoder->arena));
    const char *name = options->folder ? files_base_name(&encoder->arena, folder) : "minilm";
    const enum encoder_precision precision = possible(options->precision);
    encoder->name = precision == ENCODER_F32
                        ? name
                        : arena_format(&encoder->arena, "%s-%s", name,
                                       precision == ENCODER_INT8 ? "int8" : "bf16");
    return minilm_open(&encoder->minilm, folder, precision, error);
}

static enum status open_chosen(struct encoder *encoder, const struct encoder_options *options,
                               struct error *error) {
    const char *folder = options->folder                    ? options->folder
                         : options->kind == ENCODER_BUILTIN ? NULL
                                                            : find_folder(&encoder->arena);
    if (folder || options->kind == ENCODER_MINILM) {
        const enum status status = open_minilm(encoder, folder, options, error);
        if (status == STATUS_OK || options->kind != ENCODER_AUTO)
            return status;
        log_warning("%s; the built-in encoder speaks instead", error->text);
    }
    encoder->name = "builtin";
    builtin_open(&encoder->builtin);
    return STATUS_OK;
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
    const enum status status = open_chosen(encoder, options, error);
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
    builtin_close(encoder->builtin);
    arena_release(&encoder->arena);
    alloc_free(encoder);
}

const char *encoder_name(const struct encoder *encoder) { return encoder->name; }

/* The name without its precision. */
static size_t bare_length(const char *name) {
    static const char *const tails[] = {"-int8", "-bf16"};
    const size_t length = strlen(name);
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        const size_t tail = strlen(tails[i]);
        if (length > tail && strcmp(name + length - tail, tails[i]) == 0)
            return length - tail;
    }
    return length;
}

bool encoder_same(const char *name, const char *other) {
    const size_t length = bare_length(name);
    return length == bare_length(other) && memcmp(name, other, length) == 0;
}

size_t encoder_dimension(const struct encoder *encoder) {
    return encoder->minilm ? minilm_width(encoder->minilm) : builtin_width(encoder->builtin);
}

struct encoder_calibration encoder_calibration(const struct encoder *encoder) {
    return encoder->minilm ? (struct encoder_calibration){1, 0}
                           : builtin_calibration(encoder->builtin);
}

void encoder_encode(const struct encoder *encoder, const struct encoder_text *texts, size_t count,
                    float *vectors) {
    if (encoder->minilm)
        minilm_encode(encoder->minilm, texts, count, vectors);
    else
        builtin_encode(encoder->builtin, texts, count, vectors);
}

size_t encoder_tokens(const struct encoder *encoder, const struct encoder_text *text,
                      uint32_t ids[ENCODER_TOKENS_MAX]) {
    return encoder->minilm ? minilm_tokens(encoder->minilm, text, ids)
                           : builtin_tokens(encoder->builtin, text, ids);
}
