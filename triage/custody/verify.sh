#!/bin/sh
# Verifies a case folder with sh, coreutils, grep, sed, find, ssh-keygen and openssl alone: the same verdict as
# `triage verify` on log, checkpoints, signatures, stamps, manifest, case.sha256 and index.jsonl.
#
#   sh verify.sh [--allowed-signers FILE] [--tsa-ca FILE] [--chain] [CASE-FOLDER]
#
# FILEs must come from outside the case folder: whoever can change the folder can change what lies in it, this script
# included. Run your own copy of it. CASE-FOLDER is by default the folder this script lies in.
#
# The log is compared with the linear hash of each checkpoint (`head -n N custody.jsonl | sha256sum`), which covers the
# same bytes as the Merkle root. Events after the last checkpoint are walked link by link; --chain walks all of them
# (about 200 a second). Not done here: the sums of run.end, the Merkle root, hashing the evidence again (for that, in
# the folder that holds the sources: `sha256sum -c manifest.sha256`).
#
# Exit code: 0 holds, 4 does not hold, 5 a program is missing, 2 wrong use.
# shellcheck disable=SC2015 # "A && B || C" is meant: C where either fails
set -u
LC_ALL=C TZ=UTC
export LC_ALL TZ
unset CDPATH
signers='' roots='' chain='' folder=''
absolute() { case $1 in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac; }
while [ $# -gt 0 ]; do
    case $1 in
        --allowed-signers) [ $# -gt 1 ] || exit 2; signers=$(absolute "$2"); shift ;;
        --tsa-ca) [ $# -gt 1 ] || exit 2; roots=$(absolute "$2"); shift ;;
        --chain) chain=yes ;;
        -*) echo "verify.sh: unknown option $1" >&2; exit 2 ;;
        *) folder=$1 ;;
    esac
    shift
done
[ -n "$folder" ] || folder=$(dirname "$0")
cd "$folder" || exit 2

if command -v sha256sum >/dev/null 2>&1; then hash_with=sha256sum
elif command -v shasum >/dev/null 2>&1; then hash_with="shasum -a 256"
else echo "verify.sh: neither sha256sum nor shasum is installed" >&2; exit 5; fi
# shellcheck disable=SC2086 # the name of the program and its option
sha() { $hash_with | cut -c1-64; }
sha_of() { if [ -f "$1" ] && [ ! -L "$1" ]; then sha <"$1"; fi; }

bad=0 first=''
# Printed text may hold names out of the case: what is not printable ASCII becomes "?".
say() { printf '%-5s %s\n' "$1" "$2" | tr '\000-\011\013-\037\177-\377' '?'; }
good() { say ok "$1"; }
note() { say note "$1"; }
fail() { say FAIL "$1"; bad=1; [ -n "$first" ] || first=$1; }

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

log=custody.jsonl lines=0
if [ ! -f $log ] || [ -L $log ]; then
    fail "log: $log is missing or not a plain file"
    log=/dev/null
else
    lines=$(($(wc -l <$log)))
    [ -z "$(find $log -links +1)" ] || fail "log: $log has a second name elsewhere"
    if [ "$lines" -eq 0 ]; then fail "log: no event"
    elif [ "$(tail -c 1 $log | od -An -tx1 | tr -d ' \n')" != 0a ]; then fail "log: torn tail after $lines events"; fi
fi

# --- checkpoints -----------------------------------------------------------------------------------------------------
field() { sed -n "$2s/^$3//p" "$1"; }
case_uuid=$(head -n 5 $log | sed -n 's/.*"data":{"case":"\([0-9a-f-]*\)"[,}].*"type":"case\.created".*/\1/p' | head -n 1)
: >"$scratch/bodies" # checkpoints in form
newest='' anchored=0 newest_log='' newest_case='' newest_manifest='' newest_root=''
hex='[0-9a-f]{64}'
shape='^triage/[0-9a-f-]{36}[|][1-9][0-9]{0,14}[|][A-Za-z0-9+/]{43}=[|]'
shape="${shape}log-sha256 ${hex}[|]head ${hex}[|]leaves-sha256 ${hex}[|]manifest-sha256 ($hex|none)[|]case-sha256 ${hex}[|]"
shape="${shape}index-root ($hex|none)[|]time [0-9T:.-]{26}Z[|]body-sha256 ${hex}[|]\$"
form() { # exactly these lines, and the last one is the hash of the others
    tr '\n' '|' <"$1" | grep -Eq "$shape" && [ "body-sha256 $(head -n 10 "$1" | sha)" = "$(tail -n 1 "$1")" ]
}
check_log() { # file: the log it describes
    n=$(sed -n '2p' "$1")
    if [ -n "$case_uuid" ] && [ "triage/$case_uuid" != "$(sed -n '1p' "$1")" ]; then why="belongs to another case"
    elif [ "$n" -gt "$lines" ]; then why="covers $n events and the log has $lines: shortened or rolled back"
    elif [ "$(head -n "$n" $log | sha)" != "$(field "$1" 4 'log-sha256 ')" ]; then why="log-sha256 differs from the log"
    elif [ "$(head -n "$n" $log | tail -n 1 | tr -d '\n' | sha)" != "$(field "$1" 5 'head ')" ]; then why="head differs"
    fi
}
if [ -L checkpoints ] || { [ -e checkpoints ] && [ ! -d checkpoints ]; }; then fail "checkpoints: not a folder"
else
    for f in checkpoints/[0-9][0-9][0-9][0-9][0-9][0-9].txt; do
        [ -e "$f" ] || [ -L "$f" ] || continue
        name=$(basename "$f" .txt) why=''
        number=$(echo "$name" | sed 's/^0*//')
        if [ ! -f "$f" ] || [ -L "$f" ] || ! form "$f"; then fail "checkpoint $name: altered or not in form"; continue; fi
        echo "$f" >>"$scratch/bodies"
        check_log "$f"
        newest=$f newest_log=$(field "$f" 4 'log-sha256 ') newest_case=$(field "$f" 8 'case-sha256 ')
        newest_manifest=$(field "$f" 7 'manifest-sha256 ') newest_root=$(field "$f" 9 'index-root ')
        if [ -z "$why" ]; then
            at=$(head -n "$n" $log | tail -n 1)
            told="\"index_root\":\"$newest_root\",\"manifest_sha256\":\"$newest_manifest\",\"number\":$number,\"previous\":"
            case $at in
                *"$told"*"\"time\":\"$(field "$f" 10 'time ')\",\"type\":\"checkpoint.made\""*) ;;
                *) why="not what the log announces" ;;
            esac
            [ "$(sha_of "checkpoints/$name.leaves")" = "$(field "$f" 6 'leaves-sha256 ')" ] || why="its leaves were changed"
        fi
        if [ -n "$why" ]; then fail "checkpoint $name: $why"; continue; fi
        good "checkpoint $name: covers $n events"
        anchored=$n
    done
    # announced and not there; files of earlier checkpoints that a later announcement names
    grep -n '"type":"checkpoint\.made"\(,"v":1\)\{0,1\}}$' $log >"$scratch/made"
    while IFS= read -r made; do
        seq1=${made%%:*}
        number=$(printf '%s' "$made" | sed -n 's/.*"number":\([0-9]*\),"previous":.*/\1/p')
        name=$(printf '%06d' "${number:-0}")
        if [ ! -e "checkpoints/$name.txt" ] &&
            ! sed -n "$((seq1 + 1))p" $log | grep -q "\"number\":$number}.*\"type\":\"checkpoint\\.void\""; then
            fail "checkpoint $name: announced at seq $((seq1 - 1)) and not there"
        fi
        printf '%s' "$made" | sed 's/.*"previous":{\([^}]*\)}.*/\1/' | tr ',' '\n' >"$scratch/previous"
        while IFS= read -r pair || [ -n "$pair" ]; do
            file=$(printf '%s' "$pair" | sed -n "s/^\"\([0-9]\{6\}\.[a-z0-9.]*\)\":\"[0-9a-f]\{64\}\"\$/\1/p")
            [ -n "$file" ] || continue
            [ "$(sha_of "checkpoints/$file")" = "$(printf '%s' "$pair" | sed 's/.*:"\(.*\)"/\1/')" ] ||
                fail "checkpoint: $file was changed or removed after seq $((seq1 - 1)) recorded it"
        done <"$scratch/previous"
    done <"$scratch/made"
    if [ -d checkpoints ]; then
        odd=$(find checkpoints ! -type f ! -type d; find checkpoints -type f -links +1; find checkpoints -type f |
            grep -Ev '^checkpoints/([0-9]{6}\.(txt|leaves|txt\.[1-9][0-9]*\.(sig|tsq|tsr))|allowed_signers|tsa\.pem)$')
        [ -z "$odd" ] || fail "checkpoints: does not belong there: $odd"
        for f in checkpoints/[0-9][0-9][0-9][0-9][0-9][0-9].*; do
            [ ! -f "$f" ] || [ -f "$(printf '%s' "$f" | cut -c1-18).txt" ] || fail "checkpoints: does not belong there: $f"
        done
    fi
fi

# --- signatures ------------------------------------------------------------------------------------------------------
space=triage-checkpoint@v1 given=$signers
if [ -z "$signers" ] && [ -f checkpoints/allowed_signers ] && [ ! -L checkpoints/allowed_signers ]; then
    signers=checkpoints/allowed_signers
    note "signers: no list given, so the one inside the case folder was used, which proves little"
fi
signed_by() { # body signature: 0 and $who when a listed signer made it
    at=verify-time=$(field "$1" 10 'time ' | sed 's/\..*//; s/[-:T]//g')Z
    ssh-keygen -Y find-principals -O "$at" -s "$2" -f "$signers" <"$1" >"$scratch/who" 2>/dev/null || return 1
    while IFS= read -r who; do
        ssh-keygen -Y verify -n $space -O "$at" -s "$2" -f "$signers" -I "$who" <"$1" >/dev/null 2>&1 && return 0
    done <"$scratch/who"
    return 1
}
missing=''
while IFS= read -r body; do
    any='' valid='' unlisted=''
    for sig in "$body".[0-9]*.sig; do
        [ -f "$sig" ] && [ ! -L "$sig" ] || continue
        any=yes
        if ! command -v ssh-keygen >/dev/null 2>&1; then missing=ssh-keygen; continue; fi
        if ! ssh-keygen -Y check-novalidate -n $space -s "$sig" <"$body" >"$scratch/out" 2>&1; then
            fail "signature $sig: refused"
        elif [ -z "$signers" ]; then
            note "signature $sig: well made, signer unknown (give --allowed-signers): $(head -n 1 "$scratch/out")"
        elif signed_by "$body" "$sig"; then good "signature $sig: by $who"; valid=yes
        else note "signature $sig: its key is not allowed by $signers"; unlisted=yes
        fi
    done
    if [ "$body" = "$newest" ] && [ -z "$valid" ]; then
        if [ -n "$unlisted" ]; then fail "signature $body: by nobody on the list"
        elif [ -z "$any" ] && [ -n "$given" ]; then fail "signature $body: not signed"
        elif [ -z "$any" ]; then note "signature $body: not signed"
        fi
    fi
done <"$scratch/bodies"

# --- stamps ----------------------------------------------------------------------------------------------------------
if [ -z "$roots" ] && [ -f checkpoints/tsa.pem ] && [ ! -L checkpoints/tsa.pem ]; then
    roots=checkpoints/tsa.pem
    note "stamps: no roots given, so those inside the case folder were used, which proves little"
fi
nonce() { openssl ts "-$1" -in "$2" -text 2>/dev/null | sed -n 's/^Nonce: //p'; }
check_stamp() { # body answer
    asked=${2%.tsr}.tsq
    why=''
    [ -f "$asked" ] && [ ! -L "$asked" ] || { why="its request is missing"; return; }
    od -An -v -tx1 "$2" | tr -d ' \n' | grep -q "$(sha <"$1")" || { why="not for this checkpoint"; return; }
    if ! command -v openssl >/dev/null 2>&1; then missing=openssl; return; fi
    openssl ts -reply -in "$2" -text >"$scratch/reply" 2>/dev/null && grep -q '^Status: Granted' "$scratch/reply" ||
        { why="no granted answer"; return; }
    stated=$(sed -n 's/^Time stamp: //p' "$scratch/reply")
    [ -n "$(nonce query "$asked")" ] && [ "$(nonce query "$asked")" = "$(nonce reply "$2")" ] ||
        { why="answers another request (nonce)"; return; }
    [ -n "$roots" ] || { note "stamp $2: for this checkpoint, states $stated; no root given (--tsa-ca)"; return; }
    seconds=''
    if openssl ts -help 2>&1 | grep -q attime; then # LibreSSL cannot be asked about another time than now
        seconds=$(date -u -d "$stated" +%s 2>/dev/null || date -u -j -f '%b %d %H:%M:%S %Y %Z' "$stated" +%s 2>/dev/null)
    fi
    openssl ts -verify -data "$1" -in "$2" -CAfile "$roots" ${seconds:+-attime "$seconds"} >/dev/null 2>&1 &&
        openssl ts -verify -queryfile "$asked" -in "$2" -CAfile "$roots" ${seconds:+-attime "$seconds"} >/dev/null 2>&1 ||
        { why="does not verify under $roots"; return; }
    good "stamp $2: $stated"
}
while IFS= read -r body; do
    for answer in "$body".[0-9]*.tsr; do
        [ -f "$answer" ] && [ ! -L "$answer" ] || continue
        check_stamp "$body" "$answer"
        [ -z "$why" ] || fail "stamp $answer: refused: $why"
    done
done <"$scratch/bodies"

# --- events no checkpoint covers, or all of them -----------------------------------------------------------------------
session='("actor":\{.*\},"boot_id":"[^"]*","boot_us":[0-9]+,)'
shape_of() { # seq: what the line must look like
    printf '^\\{%s?"data":\\{.*\\},("host":\\{.*\\},"lock":"[a-z-]+",)?"mono_ns":[0-9]+,"prev":"%s",("run_id":"[^"]*",)?' \
        "$session" "$2"
    printf '"seq":%s,"time":"[0-9T:.-]{26}Z","type":"[a-z]+(\\.[a-z_]+)?"(,"v":1)?\\}$' "$1"
}
walk() { # from line $1 on
    seq=$(($1 - 1))
    if [ "$seq" -eq 0 ]; then prev=0000000000000000000000000000000000000000000000000000000000000000
    else prev=$(head -n "$seq" $log | tail -n 1 | tr -d '\n' | sha); fi
    tail -n "+$1" $log >"$scratch/tail"
    [ $(($(tr -cd '\000\r' <"$scratch/tail" | wc -c))) -eq 0 ] || { fail "log: bytes that no event has after seq $seq"; return; }
    while IFS= read -r line; do
        if ! printf '%s\n' "$line" | grep -Eq "$(shape_of "$seq" "$prev")"; then
            fail "log: broken at seq $seq"
            return
        fi
        prev=$(printf '%s' "$line" | sha)
        seq=$((seq + 1))
    done <"$scratch/tail"
    good "log: chain from seq $(($1 - 1)) to $((seq - 1))"
}
if [ -n "$chain" ]; then walk 1; elif [ "$lines" -gt "$anchored" ]; then walk $((anchored + 1)); fi
if [ -z "$newest" ]; then note "anchor: no checkpoint; $lines events rest on the chain alone"
elif [ "$lines" -gt "$anchored" ]; then note "anchor: UNANCHORED TAIL: $((lines - anchored)) events after the last checkpoint"
else good "anchor: every event is under a checkpoint"; fi

# --- files -------------------------------------------------------------------------------------------------------------
if [ -n "$newest" ]; then
    for pair in "manifest.sha256 $newest_manifest" "case.sha256 $newest_case" "index.jsonl $newest_root"; do
        file=${pair% *} said=${pair#* }
        if [ "$said" = none ]; then
            [ "$file" = index.jsonl ] || [ ! -e "$file" ] || fail "$file: is there, and the checkpoint knows of none"
        elif [ "$(sha_of "$file")" = "$said" ]; then good "$file: as the newest checkpoint says"
        else fail "$file: not what the newest checkpoint says"; fi
    done
    grep -qx "$newest_log  custody\\.jsonl" case.sha256 2>/dev/null || fail "case.sha256: lists another log"
fi
if [ -e case.sha256 ] || [ -n "$newest" ]; then
    apart() { # everything a closed world counts; "$@" says what of it
        find . \( \( -path ./checkpoints -o -path ./.work \) -type d \) -prune -o -type f \( -path ./case.sha256 -o \
            -path ./evidence.sqlite -o -path ./evidence.sqlite-wal -o -path ./evidence.sqlite-shm -o \
            -path ./evidence.sqlite-journal \) -o "$@"
    }
    odd=$(apart ! -type f ! -type d -print; apart -type f -links +1 -print; find case.sha256 -links +1 2>/dev/null)
    [ -z "$odd" ] || fail "case folder: linked or special: $odd"
    grep -v '^[0-9a-f]\{64\}  custody\.jsonl$' case.sha256 2>/dev/null | sort >"$scratch/listed"
    # shellcheck disable=SC2086 # the name of the program and its option
    apart -type f ! -path ./custody.jsonl -exec $hash_with {} + |
        sed 's#^\(\\\{0,1\}[0-9a-f]\{64\}\) [ *]\./#\1  #' | sort >"$scratch/found"
    if cmp -s "$scratch/listed" "$scratch/found"; then good "case folder: $(($(wc -l <"$scratch/found") + 1)) files, as listed"
    else
        fail "case folder: changed, added or removed: $(comm -3 "$scratch/listed" "$scratch/found" | sed 's/.*  //' |
            sort -u | head -n 5 | tr '\n' ' ')"
    fi
elif [ -z "$newest" ]; then note "case.sha256: the case was never sealed"; fi

if [ "$bad" -ne 0 ]; then say NO "DOES NOT HOLD: $first"; exit 4; fi
if [ -n "$missing" ]; then say '?' "$missing is missing: not everything could be checked"; exit 5; fi
if [ "$lines" -gt "$anchored" ]; then say YES "holds for $anchored events; $((lines - anchored)) events are unanchored"
else say YES "holds: $lines events, all under the last checkpoint"; fi
exit 0
