# Verifies a case folder with PowerShell (5.1 or later), ssh-keygen and openssl: the same verdict as `triage verify` on
# log, checkpoints, signatures, stamps, manifest, case.sha256 and index.jsonl.
#
#   powershell -ExecutionPolicy Bypass -File verify.ps1 [-AllowedSigners FILE] [-TsaCa FILE] [-Case FOLDER]
#
# FILEs must come from outside the case folder: whoever can change the folder can change what lies in it, this script
# included. Run your own copy of it. Not done here: the sums of run.end, the Merkle root, the chain of events after
# the last checkpoint (they are counted), hashing the evidence again.
#
# Exit code: 0 holds, 4 does not hold, 5 a program is missing.
param([string]$AllowedSigners = '', [string]$TsaCa = '', [string]$Case = $PSScriptRoot)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
if ($AllowedSigners) { $AllowedSigners = (Resolve-Path -LiteralPath $AllowedSigners).ProviderPath }
if ($TsaCa) { $TsaCa = (Resolve-Path -LiteralPath $TsaCa).ProviderPath }
$Case = (Resolve-Path -LiteralPath $Case).ProviderPath
$script:First = ''
$script:Missing = ''
function Show([string]$kind, [string]$text) {
    '{0,-5} {1}' -f $kind, ([regex]::Replace($text, '[\x00-\x1f\x7f-\x9f]', '?')) | Write-Output
}
function Good([string]$text) { Show 'ok' $text }
function Note([string]$text) { Show 'note' $text }
function Fail([string]$text) { if (-not $script:First) { $script:First = $text }; Show 'FAIL' $text }

function Hex([byte[]]$bytes) { -join ($bytes | ForEach-Object { $_.ToString('x2') }) }
function Sha([byte[]]$bytes, [int]$offset, [int]$count) {
    $sha = [Security.Cryptography.SHA256]::Create()
    Hex ($sha.ComputeHash($bytes, $offset, $count))
}
function IsLink($item) { [bool]($item.Attributes -band [IO.FileAttributes]::ReparsePoint) }
function ShaOf([string]$path) {
    if (-not (Test-Path -LiteralPath $path -PathType Leaf)) { return '' }
    if (IsLink (Get-Item -LiteralPath $path -Force)) { return '' }
    (Get-FileHash -LiteralPath $path -Algorithm SHA256).Hash.ToLowerInvariant()
}
function Quote([string]$text) { '"' + $text + '"' }
function Run([string]$program, [string[]]$arguments, [string]$stdin) {
    # exit code and output of a program that reads a file as its input, byte for byte
    $out = [IO.Path]::GetTempFileName(); $err = [IO.Path]::GetTempFileName()
    $options = @{ FilePath = $program; ArgumentList = $arguments; NoNewWindow = $true; Wait = $true; PassThru = $true
        RedirectStandardOutput = $out; RedirectStandardError = $err }
    if ($stdin) { $options.RedirectStandardInput = $stdin }
    $process = Start-Process @options
    $text = [IO.File]::ReadAllText($out) + [IO.File]::ReadAllText($err)
    Remove-Item -LiteralPath $out, $err
    @{ Code = $process.ExitCode; Text = $text }
}
function Have([string]$program) {
    $found = [bool](Get-Command $program -CommandType Application -ErrorAction SilentlyContinue)
    if (-not $found) { $script:Missing = $program }
    $found
}

# --- the log ---------------------------------------------------------------------------------------------------------
$logPath = Join-Path $Case 'custody.jsonl'
$log = [byte[]]@()
$ends = New-Object 'Collections.Generic.List[int]'
if (ShaOf $logPath) {
    $log = [IO.File]::ReadAllBytes($logPath)
    $at = [Array]::IndexOf($log, [byte]10)
    while ($at -ge 0) { $ends.Add($at); $at = [Array]::IndexOf($log, [byte]10, $at + 1) }
    if ($ends.Count -eq 0) { Fail 'log: no event' }
    elseif ($ends[$ends.Count - 1] -ne $log.Length - 1) { Fail "log: torn tail after $($ends.Count) events" }
} else { Fail 'log: custody.jsonl is missing or not a plain file' }
$lines = $ends.Count
function LineStart([int]$n) { if ($n -eq 0) { 0 } else { $ends[$n - 1] + 1 } }
function Line([int]$n) {
    $start = LineStart $n
    [Text.Encoding]::UTF8.GetString($log, $start, $ends[$n] - $start)
}
$caseId = ''
for ($n = 0; $n -lt [Math]::Min(5, $lines); $n++) {
    if ((Line $n) -match '"data":\{"case":"([0-9a-f-]+)"[,}].*"type":"case\.created"') { $caseId = $Matches[1]; break }
}

# --- checkpoints -----------------------------------------------------------------------------------------------------
$folder = Join-Path $Case 'checkpoints'
$form = '^triage/(?<case>[0-9a-f-]{36})\n(?<size>[1-9][0-9]{0,14})\n[A-Za-z0-9+/]{43}=\nlog-sha256 (?<log>[0-9a-f]{64})\n' +
    'head (?<head>[0-9a-f]{64})\nleaves-sha256 (?<leaves>[0-9a-f]{64})\nmanifest-sha256 (?<manifest>[0-9a-f]{64}|none)\n' +
    'case-sha256 (?<list>[0-9a-f]{64})\nindex-root (?<index>[0-9a-f]{64}|none)\ntime (?<time>[0-9T:.-]{26}Z)\n' +
    'body-sha256 (?<body>[0-9a-f]{64})\n\z'
$newest = $null
$anchored = 0
$bodies = @()
if (Test-Path -LiteralPath $folder -PathType Container) {
    foreach ($file in Get-ChildItem -LiteralPath $folder -Force -Recurse | Sort-Object FullName) {
        $name = $file.FullName.Substring($folder.Length + 1)
        if ($file.PSIsContainer -and -not (IsLink $file)) { continue }
        $known = $name -match '^([0-9]{6})\.(txt|leaves|txt\.[1-9][0-9]*\.(sig|tsq|tsr))$' -and
            (Test-Path -LiteralPath (Join-Path $folder ($name.Substring(0, 6) + '.txt')))
        if ((IsLink $file) -or -not ($known -or $name -ceq 'allowed_signers' -or $name -ceq 'tsa.pem')) {
            Fail "checkpoints: does not belong there: $name"
        }
    }
    foreach ($file in Get-ChildItem -LiteralPath $folder -Force | Where-Object { $_.Name -match '^[0-9]{6}\.txt$' } | Sort-Object Name) {
        $name = $file.BaseName
        $bytes = [IO.File]::ReadAllBytes($file.FullName)
        $text = [Text.Encoding]::GetEncoding(28591).GetString($bytes)
        $cut = $text.IndexOf('body-sha256 ')
        if (-not ($text -cmatch $form)) { Fail "checkpoint ${name}: not in form"; continue }
        $made = $Matches.Clone()
        if ((Sha $bytes 0 $cut) -cne $made['body']) { Fail "checkpoint ${name}: altered"; continue }
        $made['path'] = $file.FullName
        $bodies += $made
        $newest = $made
        $size = [long]$made['size']
        $why = ''
        if ($caseId -and $caseId -cne $made['case']) { $why = 'belongs to another case' }
        elseif ($size -gt $lines) { $why = "covers $size events and the log has ${lines}: shortened or rolled back" }
        elseif ((Sha $log 0 ($ends[$size - 1] + 1)) -cne $made['log']) { $why = 'log-sha256 differs from the log' }
        else {
            $start = LineStart ($size - 1)
            $told = '"index_root":"' + $made['index'] + '","manifest_sha256":"' + $made['manifest'] + '","number":' +
                [int]$name + ',"previous":'
            $line = Line ($size - 1)
            if ((Sha $log $start ($ends[$size - 1] - $start)) -cne $made['head']) { $why = 'head differs' }
            elseif (-not ($line.Contains($told) -and $line.Contains('"time":"' + $made['time'] + '","type":"checkpoint.made"'))) {
                $why = 'not what the log announces'
            }
        }
        if ((ShaOf (Join-Path $folder "$name.leaves")) -cne $made['leaves']) { $why = 'its leaves were changed' }
        if ($why) { Fail "checkpoint ${name}: $why" } else { Good "checkpoint ${name}: covers $size events"; $anchored = $size }
    }
} elseif (Test-Path -LiteralPath $folder) { Fail 'checkpoints: not a folder' }
for ($n = 0; $n -lt $lines; $n++) {
    $line = Line $n
    if (-not ($line -cmatch '"number":([0-9]+),"previous":\{([^}]*)\}.*"type":"checkpoint\.made"(,"v":1)?\}$')) { continue }
    $name = '{0:d6}' -f [int]$Matches[1]
    $number = $Matches[1]
    $previous = $Matches[2]
    $void = $n + 1 -lt $lines -and (Line ($n + 1)).Contains("`"number`":$number}") -and (Line ($n + 1)).Contains('"type":"checkpoint.void"')
    if (-not (Test-Path -LiteralPath (Join-Path $folder "$name.txt")) -and -not $void) {
        Fail "checkpoint ${name}: announced at seq $n and not there"
    }
    foreach ($pair in [regex]::Matches($previous, '"([0-9]{6}\.[a-z0-9.]+)":"([0-9a-f]{64})"')) {
        if ((ShaOf (Join-Path $folder $pair.Groups[1].Value)) -cne $pair.Groups[2].Value) {
            Fail "checkpoint: $($pair.Groups[1].Value) was changed or removed after seq $n recorded it"
        }
    }
}

# --- signatures and stamps -------------------------------------------------------------------------------------------
$space = 'triage-checkpoint@v1'
$given = [bool]$AllowedSigners
$own = Join-Path $folder 'allowed_signers'
if (-not $given -and (ShaOf $own)) { $AllowedSigners = $own; Note 'signers: the list inside the case folder was used, which proves little' }
$own = Join-Path $folder 'tsa.pem'
if (-not $TsaCa -and (ShaOf $own)) { $TsaCa = $own; Note 'stamps: the roots inside the case folder were used, which proves little' }
foreach ($made in $bodies) {
    $body = $made['path']
    $short = Split-Path -Leaf $body
    $at = 'verify-time=' + ([regex]::Replace($made['time'], '\..*|[-:T]', '')) + 'Z'
    $any = $false; $valid = $false; $unlisted = $false
    foreach ($file in Get-ChildItem -LiteralPath $folder -Force | Where-Object { $_.Name -match ('^' + [regex]::Escape($short) + '\.[0-9]+\.sig$') }) {
        $any = $true
        if (-not (Have 'ssh-keygen')) { continue }
        $sig = Quote $file.FullName
        if ((Run 'ssh-keygen' @('-Y', 'check-novalidate', '-n', $space, '-s', $sig) $body).Code -ne 0) { Fail "signature $($file.Name): refused"; continue }
        if (-not $AllowedSigners) { Note "signature $($file.Name): well made, signer unknown (give -AllowedSigners)"; continue }
        $list = Quote $AllowedSigners
        $found = Run 'ssh-keygen' @('-Y', 'find-principals', '-O', $at, '-s', $sig, '-f', $list) $body
        $who = ''
        if ($found.Code -eq 0) {
            foreach ($principal in ($found.Text -split '\s+' | Where-Object { $_ })) {
                $check = Run 'ssh-keygen' @('-Y', 'verify', '-n', $space, '-O', $at, '-s', $sig, '-f', $list, '-I', (Quote $principal)) $body
                if ($check.Code -eq 0) { $who = $principal; break }
            }
        }
        if ($who) { Good "signature $($file.Name): by $who"; $valid = $true }
        else { Note "signature $($file.Name): its key is not on the list"; $unlisted = $true }
    }
    if ($made -eq $newest -and -not $valid) {
        if ($unlisted) { Fail "signature ${short}: by nobody on the list" }
        elseif (-not $any -and $given) { Fail "signature ${short}: not signed" }
        elseif (-not $any) { Note "signature ${short}: not signed" }
    }
    foreach ($file in Get-ChildItem -LiteralPath $folder -Force | Where-Object { $_.Name -match ('^' + [regex]::Escape($short) + '\.[0-9]+\.tsr$') }) {
        if (-not (Have 'openssl')) { continue }
        $answer = Quote $file.FullName
        $asked = Quote ([IO.Path]::ChangeExtension($file.FullName, '.tsq'))
        $reply = (Run 'openssl' @('ts', '-reply', '-in', $answer, '-text') '').Text
        $query = (Run 'openssl' @('ts', '-query', '-in', $asked, '-text') '').Text
        $mine = [regex]::Match($query, '(?m)^Nonce: (\S+)').Groups[1].Value
        $theirs = [regex]::Match($reply, '(?m)^Nonce: (\S+)').Groups[1].Value
        $imprint = (Hex ([IO.File]::ReadAllBytes($file.FullName))).Contains((ShaOf $body))
        if (-not $imprint) { Fail "stamp $($file.Name): refused: not for this checkpoint" }
        elseif ($reply -notmatch '(?m)^Status: Granted') { Fail "stamp $($file.Name): refused: no granted answer" }
        elseif (-not $mine -or $mine -cne $theirs) { Fail "stamp $($file.Name): refused: answers another request (nonce)" }
        elseif (-not $TsaCa) { Note "stamp $($file.Name): for this checkpoint; no root given (-TsaCa)" }
        else {
            $stated = [regex]::Match($reply, '(?m)^Time stamp: (.+?)(\.[0-9]+)? ([0-9]{4}) GMT')
            $time = [DateTime]::ParseExact(([regex]::Replace($stated.Groups[1].Value, ' +', ' ') + ' ' + $stated.Groups[3].Value), 'MMM d HH:mm:ss yyyy', [Globalization.CultureInfo]::InvariantCulture, 'AssumeUniversal,AdjustToUniversal')
            $seconds = [long]($time - [DateTime]'1970-01-01').TotalSeconds
            $tail = @('-in', $answer, '-CAfile', (Quote $TsaCa), '-attime', "$seconds")
            $one = Run 'openssl' (@('ts', '-verify', '-data', (Quote $body)) + $tail) ''
            $two = Run 'openssl' (@('ts', '-verify', '-queryfile', $asked) + $tail) ''
            if ($one.Code -eq 0 -and $two.Code -eq 0) { Good "stamp $($file.Name): $($time.ToString('s'))Z" }
            else { Fail "stamp $($file.Name): refused: does not verify under $TsaCa" }
        }
    }
}
if (-not $newest) { Note "anchor: no checkpoint; $lines events rest on the chain alone" }
elseif ($lines -gt $anchored) { Note "anchor: UNANCHORED TAIL: $($lines - $anchored) events after the last checkpoint" }
else { Good 'anchor: every event is under a checkpoint' }

# --- files -----------------------------------------------------------------------------------------------------------
$listPath = Join-Path $Case 'case.sha256'
if ($newest) {
    foreach ($pair in @(@('manifest.sha256', 'manifest'), @('case.sha256', 'list'), @('index.jsonl', 'index'))) {
        $said = $newest[$pair[1]]
        $path = Join-Path $Case $pair[0]
        if ($said -ceq 'none') {
            if ($pair[1] -ne 'index' -and (Test-Path -LiteralPath $path)) { Fail "$($pair[0]): is there, and the checkpoint knows of none" }
        } elseif ((ShaOf $path) -ceq $said) { Good "$($pair[0]): as the newest checkpoint says" }
        else { Fail "$($pair[0]): not what the newest checkpoint says" }
    }
}
if (ShaOf $listPath) {
    $listed = New-Object Collections.Hashtable ([StringComparer]::Ordinal)
    $plain = @{ 'n' = "`n"; 'r' = "`r"; '\' = '\' }
    $bytes = [IO.File]::ReadAllBytes($listPath)
    foreach ($line in ([Text.Encoding]::UTF8.GetString($bytes)).Split("`n")) {
        if ($line -cmatch '^(\\?)([0-9a-f]{64})  (.+)$') {
            $name = $Matches[3]
            $digest = $Matches[2]
            if ($Matches[1]) { $name = [regex]::Replace($name, '\\(.)', { param($m) $plain[$m.Groups[1].Value] }) }
            $listed[$name] = $digest
        } elseif ($line) { Fail 'case.sha256: a line is not a digest and a name' }
    }
    if ($newest -and $listed['custody.jsonl'] -cne $newest['log']) { Fail 'case.sha256: lists another log' }
    $listed.Remove('custody.jsonl')
    $wrong = @()
    $count = 1
    $pending = New-Object 'Collections.Generic.Stack[object]'
    $pending.Push((Get-Item -LiteralPath $Case -Force))
    while ($pending.Count) {
        $current = $pending.Pop()
        foreach ($item in Get-ChildItem -LiteralPath $current.FullName -Force) {
            $name = $item.FullName.Substring($Case.Length + 1).Replace('\', '/')
            if (IsLink $item) { $wrong += "$name (link)"; continue }
            if ($item.PSIsContainer) { if ($name -cnotin @('checkpoints', '.work')) { $pending.Push($item) }; continue }
            if ($name -cin @('custody.jsonl', 'case.sha256', 'evidence.sqlite', 'evidence.sqlite-wal', 'evidence.sqlite-shm', 'evidence.sqlite-journal')) { continue }
            $count++
            if (-not $listed.ContainsKey($name)) { $wrong += "$name (added)" }
            elseif ((ShaOf $item.FullName) -cne $listed[$name]) { $wrong += "$name (changed)" }
            $listed.Remove($name)
        }
    }
    foreach ($name in $listed.Keys) { $wrong += "$name (removed)" }
    if ($wrong.Count) { Fail ('case folder: ' + ($wrong -join ', ')) } else { Good "case folder: $count files, as listed" }
} elseif (-not $newest) { Note 'case.sha256: the case was never sealed' }

if ($script:First) { Show 'NO' "DOES NOT HOLD: $($script:First)"; exit 4 }
if ($script:Missing) { Show '?' "$($script:Missing) is missing: not everything could be checked"; exit 5 }
if ($lines -gt $anchored) { Show 'YES' "holds for $anchored events; $($lines - $anchored) events are unanchored" }
else { Show 'YES' "holds: $lines events, all under the last checkpoint" }
exit 0
