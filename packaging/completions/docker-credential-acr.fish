# SPDX-License-Identifier: Apache-2.0
# fish completion for docker-credential-acr. Commands, options and their descriptions are read from --help, in any language:
# commands are in its third and fourth paragraph. Registries are those in Docker's configuration and those that the program
# knows (without using the network).

# A description may continue on the next line, which is indented further.
function __docker_credential_acr_rows
	sed -E ':next; $!{N; b next}; s/\n {9,}/ /g'
end

function __docker_credential_acr_commands
	command docker-credential-acr --help 2>/dev/null | awk -v RS= 'NR == 3 || NR == 4' |
		__docker_credential_acr_rows | sed -nE 's/^  ([a-z][a-z-]*)  +(.*)/\1\t\2/p'
end

function __docker_credential_acr_help
	set -l words (commandline -opc)
	command docker-credential-acr $words[2] --help 2>/dev/null
end

function __docker_credential_acr_options
	__docker_credential_acr_help | __docker_credential_acr_rows |
		sed -nE 's/^  (-., )?(--[a-z-]+)( [^ ]+)?  +(.*)/\2\t\4/p'
end

function __docker_credential_acr_arguments
	set -l help (__docker_credential_acr_help)
	set -l previous (commandline -opc)[-1]
	# The value of an option is not completed.
	if string match -q -- '--*' $previous; and string match -qr -- "^  $previous [A-Z]" $help
		return
	end
	if string match -q -- '*REGISTRY*' $help[1]
		set -l folder $HOME/.docker
		set -q DOCKER_CONFIG; and set folder $DOCKER_CONFIG
		begin
			cat $folder/config.json
			command docker-credential-acr list </dev/null
		end 2>/dev/null | string match -ar '[a-z0-9][a-z0-9.-]*\.azurecr\.[a-z.]+[a-z]' | sort -u
	else if string match -qr -- 'AZURE_JSON|FILE' $help[1]
		__fish_complete_path (commandline -ct)
	end
end

function __docker_credential_acr_first
	test (count (commandline -opc)) -eq 1
end

complete -c docker-credential-acr -f
complete -c docker-credential-acr -n __docker_credential_acr_first -a '(__docker_credential_acr_commands)'
complete -c docker-credential-acr -n __docker_credential_acr_first -l help -d 'print help'
complete -c docker-credential-acr -n __docker_credential_acr_first -l version -d 'print the version'
complete -c docker-credential-acr -n 'not __docker_credential_acr_first' -a '(__docker_credential_acr_arguments)'
complete -c docker-credential-acr -n 'not __docker_credential_acr_first; and string match -q -- "-*" (commandline -ct)' -a '(__docker_credential_acr_options)'
