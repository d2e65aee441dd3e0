/* driver.c: replays a fuzz target's corpus without libFuzzer, so that every machine checks it.
 *
 * Usage: fuzz_NAME PATH ...; a folder stands for the files in it, in any order. Each file is given
 * to LLVMFuzzerTestOneInput once, in a block of exactly its size, so that a sanitizer sees a read
 * past the end. A target that crashes ends the program; the name of the input is printed before, on
 * standard error, when MATINEE_FUZZ_VERBOSE is set. Exits 1 if nothing was replayed.
 *
 * With MATINEE_FUZZ_SECONDS=N it goes on for so long with inputs of its own: pieces of those that
 * were replayed put together, with bytes changed, left out and repeated. It does not see which code
 * runs, as libFuzzer does, but needs no clang: with the sanitizers of `tools/build asan` it looks
 * at what libFuzzer cannot be built for. The input that runs lies in MATINEE_FUZZ_INPUT. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SEEDS_MAX = 4096, INPUT_MAX = 1 << 14, CHANGES_MAX = 8 };

struct seed {
    uint8_t *bytes;
    size_t size;
};
static struct seed seeds[SEEDS_MAX];
static size_t replayed, seed_count;

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
    replayed++;
    if (getenv("MATINEE_FUZZ_SECONDS") && seed_count < SEEDS_MAX && size <= INPUT_MAX)
        seeds[seed_count++] = (struct seed){data, size};
    else
        free(data);
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

/* ---- Inputs of its own ---- */

static size_t below(size_t end) {
    static uint64_t state = 88172645463325252u; /* xorshift: Marsaglia 2003 */
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return end > 0 ? state % end : 0;
}

/* Takes `left_out` bytes at a place away and puts others there, as far as there is room. */
static size_t put(uint8_t *input, size_t size, size_t left_out, const uint8_t *bytes,
                  size_t count) {
    const size_t at = below(size + 1);
    left_out = left_out < size - at ? left_out : size - at;
    if (size - left_out + count > INPUT_MAX)
        return size;
    memmove(input + at + count, input + at + left_out, size - at - left_out);
    memcpy(input + at, bytes, count);
    return size - left_out + count;
}

static size_t change(uint8_t *input, size_t size) {
    static const char marks[] = "\"\\{}[]:,&=%?/+-.0e9\n\r\t\xff\x80;'<>#";
    uint8_t piece[INPUT_MAX];
    const struct seed *other = &seeds[below(seed_count)];
    const size_t from = below(other->size), most = other->size - from;
    size_t count = below((most < 64 ? most : below(8) ? 64 : most) + 1);
    switch (below(5)) {
    case 0: /* a byte */
        *piece = (uint8_t)below(256);
        return put(input, size, 1, piece, 1);
    case 1: /* a mark, beside what stands there or in its place */
        *piece = (uint8_t)marks[below(sizeof marks)];
        return put(input, size, below(2), piece, 1);
    case 2: /* less */
        return put(input, size, below(32), piece, 0);
    case 3: /* a piece again */
        count = size < count ? size : count;
        memcpy(piece, input + below(size - count + 1), count);
        return put(input, size, 0, piece, count);
    default: /* a piece of another */
        memcpy(piece, other->bytes + from, count);
        return put(input, size, below(2) * count, piece, count);
    }
}

static size_t go_on(double seconds) {
    const char *path = getenv("MATINEE_FUZZ_INPUT");
    FILE *file = path ? fopen(path, "wb+") : NULL;
    uint8_t *shown = file && ftruncate(fileno(file), INPUT_MAX) == 0
                         ? mmap(NULL, INPUT_MAX, PROT_WRITE, MAP_SHARED, fileno(file), 0)
                         : MAP_FAILED;
    size_t tries = 0;
    for (const time_t end = time(NULL) + (time_t)seconds; seed_count > 0 && time(NULL) < end;) {
        uint8_t input[INPUT_MAX];
        const struct seed *seed = &seeds[below(seed_count)];
        size_t size = seed->size;
        memcpy(input, seed->bytes, size);
        for (size_t changes = 1 + below(CHANGES_MAX); changes > 0; changes--)
            size = change(input, size);
        uint8_t *exact = malloc(size ? size : 1);
        memcpy(exact, input, size);
        if (shown != MAP_FAILED) {
            memcpy(shown, input, size);
            if (size < INPUT_MAX)
                memset(shown + size, 0, INPUT_MAX - size);
        }
        LLVMFuzzerTestOneInput(exact, size);
        free(exact);
        tries++;
    }
    if (file)
        fclose(file);
    return tries;
}

int main(int argument_count, char **arguments) {
    for (int i = 1; i < argument_count; i++)
        replay(arguments[i]);
    printf("%zu inputs replayed\n", replayed);
    const char *seconds = getenv("MATINEE_FUZZ_SECONDS");
    if (seconds)
        printf("%zu inputs of its own\n", go_on(strtod(seconds, NULL)));
    for (size_t i = 0; i < seed_count; i++)
        free(seeds[i].bytes);
    return replayed ? 0 : 1;
}
