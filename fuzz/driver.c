/* driver.c: replays a fuzz target's corpus without libFuzzer, so that every machine checks it.
 *
 * Usage: fuzz_NAME PATH ...; a folder stands for the files in it, in any order. Each file is given
 * to LLVMFuzzerTestOneInput once, in a block of exactly its size, so that a sanitizer sees a read
 * past the end. A target that crashes ends the program; the name of the input is printed before, on
 * standard error, when MATINEE_FUZZ_VERBOSE is set. Exits 1 if nothing was replayed. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t replayed;

static void fail(const char *path) {
    perror(path);
    exit(1);
}

static void replay_file(const char *path, size_t size) {
    if (getenv("MATINEE_FUZZ_VERBOSE"))
        fprintf(stderr, "%s\n", path);
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(size ? size : 1);
    if (!file || !data || fread(data, 1, size, file) != size)
        fail(path);
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    replayed++;
}

static void replay(const char *path) {
    struct stat about;
    if (stat(path, &about) != 0)
        fail(path);
    if (!S_ISDIR(about.st_mode)) {
        replay_file(path, (size_t)about.st_size);
        return;
    }
    DIR *folder = opendir(path);
    if (!folder)
        fail(path);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char inner[4096];
        if (entry->d_name[0] == '.')
            continue;
        if (snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) < (int)sizeof inner)
            replay(inner);
    }
    closedir(folder);
}

int main(int argument_count, char **arguments) {
    for (int i = 1; i < argument_count; i++)
        replay(arguments[i]);
    printf("%zu inputs replayed\n", replayed);
    return replayed ? 0 : 1;
}
