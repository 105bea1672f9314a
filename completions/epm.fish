# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# fish completion for epm: the program itself knows what could stand here.
function __epm_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] __complete -- $words[2..-1] 2>/dev/null)
        switch $line
            case ':file' ':dir'
                __fish_complete_path (commandline -ct)
            case '*'
                echo $line
        end
    end
end
complete -c epm -f -a '(__epm_complete)'
