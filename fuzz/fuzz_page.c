/* fuzz_page.c: any JSON as the report of a run: its page, Markdown and CSV. */
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "experiment/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = {0};
    json_t *value = json_loadb((const char *)data, size, 0, NULL);
    const struct page_run runs[] = {{"1 a", value}, {"2 <b>", value}};
    for (size_t count = 1; value && count <= 2; count++) {
        page_html(runs, count, &arena);
        page_markdown(runs, count, &arena);
        page_csv(runs, count, &arena);
    }
    json_decref(value);
    arena_release(&arena);
    return 0;
}
