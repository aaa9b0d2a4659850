# SPDX-License-Identifier: Apache-2.0
# bash completion for docker-credential-acr. Commands, options and their descriptions are read from --help, in any language:
# commands are in its third and fourth paragraph. Registries are those in Docker's configuration and those that the program
# knows (without using the network).

__docker_credential_acr_registries() {
	{
		cat "${DOCKER_CONFIG:-$HOME/.docker}/config.json"
		"$1" list </dev/null
	} 2>/dev/null | grep -oE '[a-z0-9][a-z0-9.-]*\.azurecr\.[a-z.]+[a-z]' | sort -u
}

_docker_credential_acr() {
	local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]-} current=${COMP_WORDS[COMP_CWORD]}
	local previous=${COMP_WORDS[COMP_CWORD - 1]} help words
	COMPREPLY=()
	program=${program/#\~\//$HOME/}
	if [ "$COMP_CWORD" -eq 1 ]; then
		words=$("$program" --help 2>/dev/null | awk -v RS= 'NR == 3 || NR == 4' | sed -n 's/^  \([a-z][a-z-]*\).*/\1/p')
		mapfile -t COMPREPLY < <(compgen -W "$words --help --version" -- "$current")
		return
	fi
	help=$("$program" "$command" --help 2>/dev/null)
	if [[ $current == -* ]]; then
		words=$(sed -nE 's/^  (-., )?(--[a-z-]+).*/\2/p' <<<"$help")
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
		return
	fi
	# The value of an option is not completed.
	if [[ $previous == --* ]] && grep -qE "^  $previous [A-Z]" <<<"$help"; then
		return
	fi
	case ${help%%$'\n'*} in
	*REGISTRY*)
		words=$(__docker_credential_acr_registries "$program")
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
		;;
	*AZURE_JSON* | *FILE*)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		;;
	esac
}
complete -F _docker_credential_acr docker-credential-acr
