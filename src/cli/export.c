/* export.c: `matinee export`: what people did, or a model's vectors, as files. Checked by
 * tests/cli/import.t. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/files.h"
#include "cli/engine.h"
#include "cli/model_folder.h"
#include "cli/people.h"
#include "service/snapshot.h"
#include "text/vectors_file.h"

/* ---- The store ---- */

struct writing {
    FILE *out; /* NULL: to the file */
    struct files_writer writer;
    struct error *error;
    enum status status;
};

static bool write_bytes(struct writing *writing, const char *bytes, size_t size) {
    if (!writing->out)
        writing->status = files_writer_write(&writing->writer, bytes, size, writing->error);
    else if (fwrite(bytes, 1, size, writing->out) != size)
        writing->status = error_set(writing->error, STATUS_IO, "cannot write: %s", strerror(errno));
    return writing->status == STATUS_OK;
}

static bool write_line(void *context, const char *line, size_t length) {
    return write_bytes(context, line, length) && write_bytes(context, "\n", 1);
}

static enum status write_part(struct feedback *store, struct writing *writing,
                              const struct arguments *arguments, struct error *error) {
    const char *what = command_operand(arguments, 0), *person = command_text(arguments, "--user");
    const bool is_table = strcmp(command_text(arguments, "--format"), "csv") == 0;
    if (is_table && person)
        return error_set(error, STATUS_BAD_USAGE,
                         "--user gives lines of JSON; leave --format csv out");
    struct error asked;
    const enum status status =
        is_table ? feedback_export_table(store, what, write_line, writing, &asked)
                 : feedback_export(store, what, person, write_line, writing, &asked);
    TRY(writing->status);
    if (status != STATUS_OK)
        *error = asked;
    return status;
}

static enum status export_store(const struct arguments *arguments, struct error *error) {
    const char *path = command_text(arguments, "--out");
    const bool is_file = path && strcmp(path, "-") != 0;
    struct writing writing = {.out = is_file ? NULL : stdout, .error = error};
    struct feedback *store;
    TRY(people_open_present(&store, arguments, error));
    enum status status = is_file ? files_writer_open(&writing.writer, path, error) : STATUS_OK;
    if (status == STATUS_OK) {
        status = write_part(store, &writing, arguments, error);
        if (status == STATUS_OK && is_file)
            status = files_writer_commit(&writing.writer, error);
        else if (is_file)
            files_writer_discard(&writing.writer);
    }
    feedback_close(store);
    return status;
}

/* ---- Vectors ---- */

static const char *ids_of(const struct dataset *catalogue, struct arena *arena) {
    struct buffer ids;
    buffer_init(&ids, arena);
    for (uint32_t i = 0; i < catalogue->items.count; i++) {
        const struct text_slice id = id_map_name(&catalogue->items, i);
        buffer_bytes(&ids, id.start, id.length);
        buffer_text(&ids, "\n");
    }
    return ids.bytes;
}

static enum status write_vectors(const struct engine *engine, const char *out, struct arena *arena,
                                 struct error *error) {
    const struct snapshot *snapshot = engine->snapshot;
    const struct vectors_file content = {.encoder = engine->model.model,
                                         .ids = ids_of(engine->catalogue, arena),
                                         .vectors = snapshot->vectors,
                                         .count = engine->catalogue->items.count,
                                         .dimension = snapshot->dimension};
    if (!snapshot->vectors)
        return error_set(error, STATUS_NOT_FOUND,
                         "the model \"%s\" has no film vectors; als, bpr, neumf, lightgcn and "
                         "two_tower have some",
                         engine->model.model);
    TRY(vectors_file_write(out, &content, error));
    printf("%s: %zu vectors of %zu numbers of %s\n", out, content.count, content.dimension,
           engine->model.model);
    return STATUS_OK;
}

static enum status export_vectors(const struct arguments *arguments, struct error *error) {
    const char *out = command_text(arguments, "--out");
    struct engine engine;
    if (!out)
        return error_set(error, STATUS_BAD_USAGE,
                         "vectors go into a file: --out films.safetensors, or films.npy");
    enum status status = engine_open(&engine, command_operand(arguments, 1), arguments, error);
    if (status == STATUS_OK)
        status = write_vectors(&engine, out, arguments->arena, error);
    engine_close(&engine);
    return status;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    if (strcmp(command_operand(arguments, 0), "vectors") == 0)
        return export_vectors(arguments, error);
    if (arguments->operand_count > 1)
        return error_set(error, STATUS_BAD_USAGE,
                         "only vectors come from a model file; leave "
                         "\"%s\" out",
                         command_operand(arguments, 1));
    return export_store(arguments, error);
}

static const struct command_operand operands[] = {
    {"WHAT", "all, people, ratings, events, items, library, erased; or vectors", WORD_CHOICE,
     "all|people|ratings|events|items|library|erased|vectors"},
    {"FILE", "of vectors: the model file; without it the newest of the data folder", WORD_FILE,
     NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--out", SETTING_TEXT, "", 0, 0, NULL, NULL, "the file; without it standard output"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--format", SETTING_TEXT, "jsonl", 0, 0, "jsonl|csv", NULL,
      "lines of JSON, or a table of one part"},
     "FORMAT",
     NULL,
     WORD_CHOICE},
    {{"--user", SETTING_TEXT, "", 0, 0, NULL, NULL, "only what there is of this person"},
     "ID",
     NULL,
     WORD_NONE},
    PEOPLE_STORE_OPTION,
    MODEL_FOLDER_OPTION,
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee export all --out everything.jsonl", "Everything; `matinee import` reads it back."},
    {"matinee export ratings --format csv", "What counts now, as a table."},
    {"matinee export vectors model.safetensors --out films.npy", "A model's vector of each film."},
    {NULL, NULL},
};

const struct command export_command = {
    .name = "export",
    .summary = "what people did, or a model's vectors, as files",
    .usage = "WHAT [--out FILE] [OPTIONS]\nvectors [FILE] --out FILE",
    .about = "Writes what the store holds: people and what they said of themselves, ratings that "
             "count now, every event, films that were added, the library, the ids of who was "
             "erased. Sessions and keys are left out.",
    .operand_least = 1,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
