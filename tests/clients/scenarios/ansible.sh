# Runs the plays of ansible.yml that have the tag $1; what Ansible says is in the file `said`. Sourced.
export ANSIBLE_LOCALHOST_WARNING=False ANSIBLE_INVENTORY_UNPARSED_WARNING=False ANSIBLE_DEPRECATION_WARNINGS=False
export ANSIBLE_HOME="$HOME/ansible"
ansible-playbook "$SCENARIOS/ansible.yml" --tags "$1" -e ansible_python_interpreter="$CLIENT/bin/python" > said 2>&1 || { cat said; grep -A1 "^\[ERROR\]" said; exit 1; }
cat said
