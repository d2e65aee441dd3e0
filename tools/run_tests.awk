# Reads what `ctest --verbose` printed: lines "N: text" of test N, and a result line for each test.
# Prints a line for each test, the output of those that failed, and the sums.

function result(id, name, verdict, seconds) {
    if (verdict == "Passed" && !(id in passed) && !(id in failed) && !(id in skipped))
        passed[id] = 1
    if (verdict != "Passed" && failed[id] + 0 == 0)
        failed[id] = 1
    all_passed += passed[id]
    all_failed += failed[id]
    all_skipped += skipped[id]
    printf "%-7s %-40s %4d passed %8s s\n", failed[id] ? "FAILED" : "ok", name, passed[id], seconds
    if (failed[id]) {
        printf "------- output of %s (%s)\n%s-------\n", name, verdict, output[id]
    } else if (skip_reasons[id] != "") {
        printf "%s", skip_reasons[id]
    }
    delete output[id]
}

# A case's own line: "12: text".
/^[0-9]+: / {
    id = $1 + 0
    text = substr($0, length($1) + 2)
    if (text ~ /^(Test command|Working Directory|Test timeout|Environment variables)/)
        next
    output[id] = output[id] text "\n"
    if (text ~ /^\[  PASSED  \] [0-9]+ test/) {
        split(text, word, " ")
        passed[id] += word[4]
    } else if (text ~ /^\[  FAILED  \] [0-9]+ test/) {
        split(text, word, " ")
        failed[id] += word[4]
    } else if (text ~ /^\[  SKIPPED \] [0-9]+ test/) {
        split(text, word, " ")
        skipped[id] += word[4]
    } else if (text ~ /^[0-9]+ passed, [0-9]+ failed/) {
        split(text, word, " ")
        passed[id] += word[1]
        failed[id] += word[3]
    } else if (text ~ /^skipped: /) {
        skip_reasons[id] = skip_reasons[id] "        " text "\n"
    }
    next
}

# " 3/10 Test  #3: base/test_rng ....   Passed    0.01 sec"
/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / {
    line = $0
    sub(/^ *[0-9]+\/[0-9]+ Test +#/, "", line)
    id = line + 0
    sub(/^[0-9]+: /, "", line)
    name = line
    sub(/ .*/, "", name)
    seconds = line
    sub(/ sec.*/, "", seconds)
    sub(/.* /, "", seconds)
    verdict = line
    sub(/^[^ ]+ \.*/, "", verdict)
    gsub(/\*/, "", verdict)
    sub(/ +[0-9.]+ sec.*/, "", verdict)
    sub(/^ +/, "", verdict)
    result(id, name, verdict, seconds)
    seen++
}

END {
    if (!seen) {
        print "no test was found: is the build folder there?"
        all_failed = 1
    }
    if (all_skipped)
        printf "%d skipped for lack of their data or tools\n", all_skipped
    printf "%d passed, %d failed\n", all_passed, all_failed
    exit all_failed > 0
}
