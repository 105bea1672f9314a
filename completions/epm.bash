# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
# bash completion for epm: the program itself knows what could stand here.
_epm() {
	local line word words cut
	read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
	[[ ${COMP_LINE:COMP_POINT-1:1} == ' ' ]] && words+=("")
	word=${words[-1]}
	cut=${word%"${word##*[:=]}"} # bash breaks words there and wants only what follows
	COMPREPLY=()
	while IFS= read -r line; do
		case $line in
		:file) compopt -o default ;;
		:dir) compopt -o dirnames ;;
		*) COMPREPLY+=("${line#"$cut"}") ;;
		esac
	done < <("${words[0]}" __complete -- "${words[@]:1}" 2>/dev/null)
}
complete -F _epm epm
