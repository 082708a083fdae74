"""The settings: servers, services and their keys, presets, and what else is set."""

import streamlit as st

from ui.components.disk_board import disk_board
from ui.components.doctor_board import doctor_board
from ui.components.exposed_note import exposed_note
from ui.components.preset_box import preset_box
from ui.components.server_rows import server_rows
from ui.components.service_rows import service_rows
from ui.components.setting_list import setting_list
from ui.session import person
from ui.session import translate as _

st.title(_("Settings"))
exposed_note()
server_rows()
service_rows()
if person().steers:  # it looks at the machine itself, and asks every service with the server's keys
    doctor_board()
preset_box()
disk_board()
setting_list()
