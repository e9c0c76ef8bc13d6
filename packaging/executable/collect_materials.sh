#!/usr/bin/env bash
# Writes down what the executable is made of, in the folder that it was linked in: collect_materials.sh FOLDER
#
# FOLDER/debian.tsv: Debian's packages that a linked or frozen file is of, with version, source and its version;
# FOLDER/pypi.tsv: sources from PyPI; FOLDER/licences/: the licence of each.
set -euo pipefail # of nothing, dpkg-query would list all that is installed
folder=$1
mkdir -p "$folder/licences"
{
    sed -n 's/^LOAD \(.*\.o\)$/\1/p' racknet.map
    sed -n '/^Archive member/,/^Discarded/ s/^\(\/[^(]*\)(.*/\1/p' racknet.map
    cat frozen.txt
} | sort -u | grep '^/usr/' | sed "s|^/usr/local/lib/libpython.a$|/usr/lib/python3.13/config-3.13-$(target-gcc -dumpmachine)/libpython3.13.a|" |
    xargs -d '\n' realpath | xargs -d '\n' dpkg -S | sed 's/: .*//' | sort -u |
    xargs dpkg-query -W -f '${Package}\t${Version}\t${source:Package}\t${source:Version}\n' | sort -u >"$folder/debian.tsv"
cut -f1 "$folder/debian.tsv" | while read -r package; do
    cp -L "/usr/share/doc/$package/copyright" "$folder/licences/$package.txt"
done
for archive in /objects/*.tar.gz; do
    base=$(basename "$archive" .tar.gz)
    printf '%s\t%s\t%s\n' "$(echo "${base%-*}" | tr _ -)" "${base##*-}" "$(sha256sum "$archive" | cut -d' ' -f1)"
    tar xOf "$archive" --wildcards "$base/LICENSE*" >"$folder/licences/$(echo "${base%-*}" | tr _ -).txt"
done >"$folder/pypi.tsv"
