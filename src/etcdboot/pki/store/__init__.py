"""What ``pki/`` holds, measured by the plan: inventory, audit, registers, permissions."""
