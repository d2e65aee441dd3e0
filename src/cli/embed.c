/* embed.c: `matinee embed`: the vectors of texts, of the lines of a file or of a data set's films.
 * Checked by tests/cli. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/digest.h"
#include "base/files.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/style.h"
#include "cli/table.h"
#include "dataset/dataset.h"
#include "dataset/film_text.h"
#include "text/characters.h"
#include "text/encoder.h"
#include "text/vectors_file.h"

#define INPUT_BYTES_MAX ((size_t)1 << 30)

/* What is to be encoded, and what became of it. */
struct batch {
    const struct encoder_text *texts;
    size_t count;
    const char *ids; /* of films: one a line; NULL otherwise */
    float *vectors;  /* [count][dimension] */
};

/* ---- What is asked for ----------------------------------------------------------------------- */

static void split_lines(struct batch *batch, const char *bytes, size_t size, struct arena *arena) {
    size_t lines = size > 0 && bytes[size - 1] != '\n';
    for (size_t i = 0; i < size; i++)
        lines += bytes[i] == '\n';
    struct encoder_text *texts = ARENA_ARRAY(arena, struct encoder_text, lines + 1);
    const char *at = bytes, *end = bytes + size;
    for (size_t i = 0; i < lines; i++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        const size_t length = (size_t)(stop - at);
        texts[i] = (struct encoder_text){at, length - (length > 0 && stop[-1] == '\r')};
        at = stop + 1;
    }
    batch->texts = texts;
    batch->count = lines;
}

static enum status read_file(struct batch *batch, const char *file, struct arena *arena,
                             struct error *error) {
    char *bytes;
    size_t size;
    const char *path = strcmp(file, "-") == 0 ? "/dev/stdin" : file;
    if (strcmp(file, "-") == 0 && isatty(STDIN_FILENO))
        fputs("Texts, one a line; Ctrl-D ends them.\n", stderr);
    TRY(files_read(path, INPUT_BYTES_MAX, arena, &bytes, &size, error));
    split_lines(batch, bytes, size, arena);
    return STATUS_OK;
}

static void read_operands(struct batch *batch, const struct arguments *arguments) {
    struct encoder_text *texts =
        ARENA_ARRAY(arguments->arena, struct encoder_text, arguments->operand_count);
    for (size_t i = 0; i < arguments->operand_count; i++)
        texts[i] = (struct encoder_text){arguments->operands[i], strlen(arguments->operands[i])};
    batch->texts = texts;
    batch->count = arguments->operand_count;
}

static enum status read_items(struct batch *batch, const char *data, struct arena *arena,
                              struct error *error) {
    const struct film_text_form form = {.left_out = DATASET_NONE}; /* title and genres */
    struct dataset *dataset;
    TRY(dataset_open(&dataset, data, error));
    struct encoder_text *texts = ARENA_ARRAY(arena, struct encoder_text, dataset->items.count);
    struct buffer ids;
    buffer_init(&ids, arena);
    for (uint32_t item = 0; item < dataset->items.count; item++) {
        const struct text_slice id = id_map_name(&dataset->items, item);
        const char *text = film_text_sentence(dataset, item, &form, arena);
        texts[item] = (struct encoder_text){text, strlen(text)};
        buffer_bytes(&ids, id.start, id.length);
        buffer_text(&ids, "\n");
    }
    batch->texts = texts;
    batch->count = dataset->items.count;
    batch->ids = ids.bytes;
    dataset_close(dataset);
    return STATUS_OK;
}

static enum status read_texts(struct batch *batch, const struct arguments *arguments,
                              struct error *error) {
    const char *file = command_text(arguments, "--file"),
               *items = command_text(arguments, "--items");
    if ((arguments->operand_count > 0) + (file != NULL) + (items != NULL) != 1)
        return error_set(error, STATUS_BAD_USAGE,
                         "embed what? Either texts, or --file FILE, or --items DATA");
    if (items && !command_text(arguments, "--out"))
        return error_set(error, STATUS_BAD_USAGE,
                         "--items needs --out FILE, a .safetensors or a .npy");
    if (file)
        return read_file(batch, file, arguments->arena, error);
    if (items)
        return read_items(batch, items, arguments->arena, error);
    read_operands(batch, arguments);
    return STATUS_OK;
}

/* ---- What is answered ------------------------------------------------------------------------ */

/* The text as it can be shown: what is not UTF-8 becomes U+FFFD. */
static struct buffer valid_text(const struct encoder_text *text, struct arena *arena) {
    struct buffer valid;
    buffer_init(&valid, arena);
    const char *at = text->bytes, *end = text->bytes + text->length;
    while (at < end) {
        const char *from = at;
        if (characters_next(&at, end) == CHARACTERS_INVALID)
            buffer_text(&valid, "\xef\xbf\xbd");
        else
            buffer_bytes(&valid, from, (size_t)(at - from));
    }
    return valid;
}

static json_t *text_json(const struct encoder_text *text) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const struct buffer valid = valid_text(text, scratch);
    json_t *value = json_stringn(valid.bytes, valid.size);
    arena_reset(scratch, mark);
    return value;
}

static json_t *batch_json(const struct batch *batch, const struct encoder *encoder) {
    const size_t dimension = encoder_dimension(encoder);
    json_t *list = json_array();
    for (size_t i = 0; i < batch->count; i++) {
        uint32_t tokens[ENCODER_TOKENS_MAX];
        const size_t count = encoder_tokens(encoder, &batch->texts[i], tokens);
        json_t *ids = json_array(), *vector = json_array();
        for (size_t j = 0; j < count; j++)
            json_array_append_new(ids, json_integer(tokens[j]));
        for (size_t j = 0; j < dimension; j++)
            json_array_append_new(vector, json_real((double)batch->vectors[i * dimension + j]));
        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:o}", "text", text_json(&batch->texts[i]),
                                        "ids", ids, "embedding", vector));
    }
    return json_pack("{s:s, s:o}", "encoder", encoder_name(encoder), "embeddings", list);
}

/* What a person sees: how near each text is to the first. */
static void print_batch(const struct batch *batch, const struct encoder *encoder,
                        struct arena *arena) {
    const size_t dimension = encoder_dimension(encoder);
    printf("%s, vectors of %zu numbers (--out FILE or --json FILE has them)\n\n",
           encoder_name(encoder), dimension);
    struct table table;
    table_init(&table, "Lrr", arena);
    table_row(&table, "text", "tokens", "to the first", NULL);
    for (size_t i = 0; i < batch->count; i++) {
        uint32_t tokens[ENCODER_TOKENS_MAX];
        const size_t count = encoder_tokens(encoder, &batch->texts[i], tokens);
        double cosine = 0;
        for (size_t j = 0; j < dimension; j++)
            cosine += (double)batch->vectors[j] * (double)batch->vectors[i * dimension + j];
        table_row(&table, valid_text(&batch->texts[i], arena).bytes,
                  arena_format(arena, "%zu", count), arena_format(arena, "%.3f", cosine), NULL);
    }
    table_print(&table, stdout);
}

/* Equal for equal texts and an encoder that makes the same of them. */
static const char *batch_key(const struct batch *batch, const struct encoder *encoder,
                             struct arena *arena) {
    static const char probe[] = "a quiet film about a long journey, and what was found";
    float *vector = ARENA_ARRAY(arena, float, encoder_dimension(encoder));
    encoder_encode(encoder, &(struct encoder_text){probe, sizeof probe - 1}, 1, vector);
    struct digest digest;
    uint8_t sum[DIGEST_SHA256_BYTES];
    char *text = arena_alloc(arena, DIGEST_TEXT_BYTES);
    digest_begin(&digest, DIGEST_SHA256);
    digest_update(&digest, vector, encoder_dimension(encoder) * sizeof *vector);
    for (size_t i = 0; i < batch->count; i++) {
        digest_update(&digest, batch->texts[i].bytes, batch->texts[i].length);
        digest_update(&digest, "\n", 1);
    }
    if (batch->ids)
        digest_update(&digest, batch->ids, strlen(batch->ids));
    digest_end(&digest, sum);
    digest_text(sum, sizeof sum, text);
    return text;
}

static enum status write_out(const struct batch *batch, const struct encoder *encoder,
                             const char *out, const char *key, struct error *error) {
    return vectors_file_write(out,
                              &(struct vectors_file){.encoder = encoder_name(encoder),
                                                     .key = key,
                                                     .ids = batch->ids,
                                                     .vectors = batch->vectors,
                                                     .count = batch->count,
                                                     .dimension = encoder_dimension(encoder)},
                              error);
}

static enum status answer(struct batch *batch, const struct encoder *encoder,
                          const struct arguments *arguments, struct error *error) {
    struct arena *arena = arguments->arena;
    const char *out = command_text(arguments, "--out"), *json = command_text(arguments, "--json");
    const char *key = out ? batch_key(batch, encoder, arena) : NULL;
    if (out && !json && vectors_file_has(out, key)) {
        printf("%s has the vectors of these %zu texts by %s already\n", out, batch->count,
               encoder_name(encoder));
        return STATUS_OK;
    }
    const size_t dimension = encoder_dimension(encoder);
    if (batch->count > alloc_available_bytes() / (dimension * sizeof(float)))
        return error_set(error, STATUS_LIMIT, "%zu texts need more memory than there is",
                         batch->count);
    batch->vectors = ARENA_ARRAY(arena, float, batch->count *dimension);
    encoder_encode(encoder, batch->texts, batch->count, batch->vectors);
    if (out)
        TRY(write_out(batch, encoder, out, key, error));
    if (json)
        TRY(json_write(batch_json(batch, encoder), json, error));
    if (json && strcmp(json, "-") == 0)
        return STATUS_OK;
    if (out)
        printf("%s: %zu vectors of %zu numbers by %s\n", out, batch->count, dimension,
               encoder_name(encoder));
    else if (!json)
        print_batch(batch, encoder, arena);
    return STATUS_OK;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    struct batch batch = {0};
    struct encoder *encoder;
    struct encoder_options options;
    TRY(read_texts(&batch, arguments, error));
    TRY(encoder_options_parse(&options, command_text(arguments, "--encoder"),
                              settings_choice(arguments->options, "--precision"), error));
    TRY(encoder_open(&encoder, &options, error));
    const enum status status = answer(&batch, encoder, arguments, error);
    encoder_close(encoder);
    return status;
}

static const struct command_operand operands[] = {
    {"TEXT", "a text; several give a vector each", WORD_NONE, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--file", SETTING_TEXT, "", 0, 0, NULL, NULL, "texts, one a line; - is standard input"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--items", SETTING_TEXT, "", 0, 0, NULL, NULL, "the films of a data set: titles and genres"},
     "DATA",
     NULL,
     WORD_DATA},
    {{"--out", SETTING_TEXT, "", 0, 0, NULL, NULL, "the vectors as a .safetensors or .npy file"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--json", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "texts, token ids and vectors as JSON; - is standard output"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--encoder", SETTING_TEXT, "auto", 0, 0, NULL, NULL,
      ENCODERS ", or the folder of another BERT-like model"},
     "NAME",
     NULL,
     WORD_FOLDER},
    {{"--precision", SETTING_TEXT, "f32", 0, 0, ENCODER_PRECISIONS, NULL, "of minilm's layers"},
     "P",
     NULL,
     WORD_CHOICE},
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee embed \"a heist film\" \"bank robbers\" \"talking animals\"",
     "How near in meaning texts are to the first."},
    {"matinee embed --file lines.txt --out vectors.npy", "A vector for each line."},
    {"matinee embed --items built-in --precision int8 --out films.safetensors",
     "A vector for each film."},
    {NULL, NULL},
};

const struct command embed_command = {
    .name = "embed",
    .summary = "vectors of texts, by the sentence encoder",
    .usage = "TEXT ... [OPTIONS]\n--file FILE [OPTIONS]\n--items DATA --out FILE [OPTIONS]",
    .about = "A text becomes a vector of length 1, so that the product of two says how near their "
             "meanings are. minilm is all-MiniLM-L6-v2 by its published weights, looked for in "
             "$MATINEE_MODELS and in the data folder; builtin is linked into the program and "
             "needs nothing. A file that has the vectors of the same texts by the same encoder "
             "is left as it is.",
    .operand_repeats = true,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
